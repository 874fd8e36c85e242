#pragma once

#include "config/error.hpp"
#include "config/settings.hpp"
#include "gateway/connection_host.hpp"
#include "gateway/connection_limits.hpp"
#include "gateway/send_queue.hpp"
#include "gateway/tls_context.hpp"
#include "gateway/transport_observer.hpp"
#include "gateway/upgrade_check.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace machiai {

/// What a shard is made of. The limits are shared by all shards of the process.
struct io_shard_config {
  /// Below 65536 and different for every shard of the process.
  uint32_t index = 0;
  connection_settings connection;
  upgrade_policy upgrades;
  std::shared_ptr<connection_limits> limits;
  /// Those of the admin listener.
  std::shared_ptr<connection_limits> admin_limits;
};

/// How a listening socket is opened.
struct listener_options {
  listener_role role = listener_role::clients;
  /// Null for plain TCP.
  std::shared_ptr<tls_context> tls;
  /// False for the first listener of the process on an address: then a port that anyone holds is an error. True for the
  /// other shards, which join it by SO_REUSEPORT.
  bool join_existing = false;
};

/// The state of one connection, for tests and inspection.
struct connection_state {
  bool websocket = false;
  bool ready = false;
  bool silent = false;
  int64_t last_proof_ms = 0;
  std::size_t pending_bytes = 0;
  uint64_t bytes_handed_over = 0;
};

/// One I/O thread: its event loop, listeners, connections and timers. Except for `post`, `stop` and the constructor
/// everything is called on the thread that runs `run` (or before it). No locks.
class io_shard {
public:
  /// `host` and `observer` must outlive the shard.
  io_shard(io_shard_config config, connection_host& host, transport_observer& observer);
  ~io_shard();
  io_shard(const io_shard&) = delete;
  io_shard& operator=(const io_shard&) = delete;

  /// Listens on `HOST:PORT` or `[IPV6]:PORT` (numeric host, port 0 for any) and returns the bound address in the same
  /// form. Fails with `ec::bad_setting` or, naming address and reason, `ec::system_failure`.
  caf::expected<std::string> open(const std::string& address, const listener_options& options);

  /// Runs the loop until `stop`; returns at once when that was called before.
  void run();
  /// From any thread: ends `run`. Connections are dropped when the shard is destroyed, without calls to the host.
  void stop();
  /// From any thread: runs `work` on the shard's thread, in order.
  void post(std::function<void()> work);
  boost::asio::io_context& context();

  /// Monotonic milliseconds.
  static int64_t now_ms();

  /// Queues a frame for an open WebSocket. False when there is no such connection or it is closing. All frames of a
  /// loop turn leave in one write.
  bool send(connection_id id, outgoing_frame frame);

  /// Answers the request `on_request` gave. False when the connection is gone or does not wait for an answer.
  bool respond(connection_id id, const http_response& response);

  /// The upper layer accepted the client's hello: ends its deadline and lifts the message limit from 4 KiB to the
  /// configured one.
  bool mark_ready(connection_id id);

  /// Closes a WebSocket politely: what is pending leaves first, then the close frame; after `close_timeout_ms` the
  /// connection is cut. For HTTP the connection ends after the current answer.
  bool close(connection_id id, uint16_t code, std::string_view reason);

  /// Cuts a connection at once; the host hears `on_close` with 1006.
  bool terminate(connection_id id);

  /// Closes the listeners of this role; connections stay.
  void stop_accepting(listener_role role);

  /// Connections of any kind, and the open WebSockets among them.
  std::size_t connection_count() const;
  std::size_t websocket_count() const;
  /// Calls `visit` for every open WebSocket; inside, connections may be closed and sent to.
  void for_each_websocket(const std::function<void(connection_id)>& visit);

  std::optional<connection_state> state_of(connection_id id) const;

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace machiai
