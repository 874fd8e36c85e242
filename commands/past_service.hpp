#pragma once

#include "gateway/past_question.hpp"
#include "store/event_store.hpp"

#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace machiai {

/// Answers from clinics' pasts for the HTTP API (month's statements, past boards), one after the other, on a thread and
/// a read-only store connection of its own, so that neither commits nor sockets wait for it.
class past_service {
public:
  using callback = std::function<void(caf::expected<std::string>)>;

  explicit past_service(const store_settings& given);
  ~past_service();
  past_service(const past_service&) = delete;
  past_service& operator=(const past_service&) = delete;

  /// The answer as JSON text, handed to `done` on the service's thread. Who asks what waits already gets the same
  /// answer, read once. An `asker` who is gone gets none, and what nobody waits for any more is not read. At most
  /// `statements_waiting_max` wait; one more gets `ec::rate_limited` at once, on the caller's thread. From any thread.
  void read(const past_question& asked, std::weak_ptr<const void> asker, callback done);

private:
  struct worker;
  std::unique_ptr<worker> worker_;
};

} // namespace machiai
