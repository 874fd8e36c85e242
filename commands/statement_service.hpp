#pragma once

#include "store/event_store.hpp"

#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace machiai {

/// Reads month's statements for the HTTP API, one after the other, on a thread and a read-only store connection of its
/// own, so that neither commits nor sockets wait for it.
class statement_service {
public:
  using callback = std::function<void(caf::expected<std::string>)>;

  explicit statement_service(const store_settings& given);
  ~statement_service();
  statement_service(const statement_service&) = delete;
  statement_service& operator=(const statement_service&) = delete;

  /// The statement as JSON text, handed to `done` on the service's thread. Who asks for one that waits already gets the
  /// same one, read once. An `asker` who is gone gets none, and what nobody waits for any more is not read. At most
  /// `statements_waiting_max` wait; one more gets `ec::rate_limited` at once, on the caller's thread. From any thread.
  void read(const clinic_id& clinic, const std::string& month, std::weak_ptr<const void> asker, callback done);

private:
  struct worker;
  std::unique_ptr<worker> worker_;
};

} // namespace machiai
