#pragma once

#include "gateway/http_message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace machiai {

/// Names a connection: shard index in the upper 16 bits, a counter below. Never used twice in a process; never 0.
using connection_id = uint64_t;

/// The shard a connection lives on.
constexpr uint32_t shard_of(connection_id id) {
  return static_cast<uint32_t>(id >> 48U);
}

/// Why the transport itself wants to end a WebSocket connection.
enum class transport_fault : uint8_t {
  /// More messages or pings than the token bucket allows.
  message_flood,
  ping_flood,
  /// No `mark_ready` in time.
  hello_timeout,
  /// Nothing heard for `dead_after_ms` after a ping.
  dead,
  /// The reader took nothing for `send_stall_timeout_ms`.
  send_stall,
  /// Replies and control frames went over their limit.
  queue_overflow,
  /// A binary message.
  binary_message,
};

/// The close code and reason to send.
struct close_order {
  uint16_t code = 1008;
  std::string reason;
};

/// What the transport sends when the upper layer has no wish of its own: 1008 for floods and a missing hello, 1001 for
/// dead, 1013 for slow readers, 1003 for binary.
close_order default_close(transport_fault fault);

/// How a WebSocket connection ended. Times are of the monotonic clock (`io_shard::now_ms`).
struct close_info {
  /// What was sent or came in the close frame; 1006 when the connection broke without one.
  uint16_t code = 1006;
  /// The peer began.
  bool by_peer = false;
  /// Both sides sent a close frame.
  bool clean = false;
  /// The peer broke RFC 6455 or a limit.
  bool protocol_failure = false;
  /// When the last byte of the peer came: the last proof of its presence.
  int64_t last_proof_ms = 0;
};

/// The upper layer of a shard: sessions and routes. Every call comes on the shard's thread, and every method of
/// `io_shard` may be called from inside; a connection closed from inside is destroyed only later.
class connection_host {
public:
  virtual ~connection_host() = default;

  /// A whole HTTP request. Answer now or later by `io_shard::respond(from, …)`; the next request of the same connection
  /// comes only after the answer. Without an answer within `http_response_timeout_ms` the client gets 503.
  virtual void on_request(connection_id from, http_request request) = 0;

  /// A WebSocket is open. `hello_timeout_ms` runs until `io_shard::mark_ready`. `upgrade` is the request, without body.
  virtual void on_open(connection_id id, const http_request& upgrade) = 0;

  /// One text message, valid UTF-8, within the limits; `message` is valid during the call only.
  virtual void on_text(connection_id id, std::string_view message) = 0;

  /// One binary message, as `on_text`. False, the answer of all who have no use for one, is `binary_message`.
  virtual bool on_binary(connection_id /*id*/, std::string_view /*message*/) { return false; }

  /// Bytes came from the peer (a frame, a pong, a part of one): it is there. At most once per read.
  virtual void on_proof(connection_id /*id*/, int64_t /*at_ms*/) {}

  /// Time to beat: the place to queue the frame with the top sequence; a protocol ping follows it in the same write.
  virtual void on_beat(connection_id /*id*/) {}

  /// The pong is overdue by `doubt_after_ms`; nothing came since `last_proof_ms`.
  virtual void on_silent(connection_id id, int64_t last_proof_ms) = 0;

  /// Bytes came after `on_silent`.
  virtual void on_alive_again(connection_id id, int64_t at_ms) = 0;

  /// The queue overflowed, dropped frames and is empty now: send one fresh snapshot.
  virtual void on_drained_after_overflow(connection_id id) = 0;

  /// What this turn of the loop queued was written to every socket that takes it.
  virtual void on_flushed() {}

  /// Which code and reason to close with; `default_close` says what is usual.
  virtual close_order on_fault(connection_id /*id*/, transport_fault fault) { return default_close(fault); }

  /// The WebSocket is over, exactly once for every `on_open` (not for HTTP). Nothing can be sent any more.
  virtual void on_close(connection_id id, const close_info& how) = 0;
};

} // namespace machiai
