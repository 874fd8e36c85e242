#pragma once

#include "gateway/shard_context.hpp"
#include "gateway/transport_metrics.hpp"

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace machiai {

class shard;
class tls_context;

/// The way in: all shards with their threads and listeners. Belongs to main's thread.
class gateway {
public:
  /// Listens as the settings say; when it returns clients are served. Errors: `ec::system_failure` naming the address,
  /// `ec::bad_setting` naming the certificate.
  static caf::expected<std::unique_ptr<gateway>> start(const shard_context& context, caf::actor_system& system);

  ~gateway();
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  /// As bound, with the real ports.
  const std::string& address() const { return address_; }
  const std::string& admin_address() const { return admin_address_; }

  /// Reads the certificate again for new connections; the old one stays on an error.
  caf::error reload_certificate();

  /// Tells clients to come back inside the window and closes them. Nobody's leaving is reported from now on.
  void drain(uint32_t reconnect_window_ms);

  /// Open WebSockets, counted by the shards themselves.
  std::size_t websocket_count();

  /// Ends the threads. Connections still open are cut without a report.
  void stop();

private:
  explicit gateway(engine_metrics& metrics);

  caf::error listen(const listen_settings& settings);

  transport_metrics observer_;
  std::shared_ptr<tls_context> tls_;
  std::vector<std::unique_ptr<shard>> shards_;
  std::vector<std::thread> threads_;
  std::string address_;
  std::string admin_address_;
};

/// How many shards the settings ask for: 0 means one for every two cores.
uint32_t shard_count(const listen_settings& settings);

} // namespace machiai
