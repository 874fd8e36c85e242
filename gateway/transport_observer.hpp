#pragma once

#include "gateway/connection_host.hpp"
#include "gateway/send_queue.hpp"

#include <cstddef>
#include <cstdint>

namespace machiai {

/// Why a connection was refused at the door.
enum class refusal : uint8_t { total_limit, address_limit, descriptors, origin };

/// Counts what the transport does, so that metrics can be attached. Every call comes on the shard's thread and must be
/// cheap. The base class counts nothing.
class transport_observer {
public:
  virtual ~transport_observer() = default;

  virtual void accepted(listener_role /*role*/) {}
  /// A refused connection was not counted as accepted.
  virtual void refused(refusal /*why*/) {}
  /// Accepting stopped for a while because the process is out of descriptors or memory.
  virtual void accept_paused(int /*error_number*/) {}
  /// A connection of any kind is gone from the table.
  virtual void connection_ended(listener_role /*role*/) {}
  virtual void tls_handshake_failed() {}

  virtual void websocket_opened() {}
  virtual void websocket_closed(const close_info& /*how*/) {}
  virtual void http_answered(listener_role /*role*/, uint16_t /*status*/) {}
  /// The same for a request that the host never saw: too slow, too large, malformed, no proper upgrade. Comes on top.
  virtual void http_refused(listener_role /*role*/, uint16_t /*status*/) {}

  virtual void bytes_in(std::size_t /*bytes*/) {}
  /// What one write call gave to the socket.
  virtual void bytes_out(std::size_t /*bytes*/, std::size_t /*frames*/) {}
  virtual void message_in(std::size_t /*bytes*/) {}
  /// What became of a frame given to `io_shard::send`; `queued` is the usual case.
  virtual void frame_pushed(send_queue::push_result /*result*/) {}
  virtual void fault(transport_fault /*what*/) {}
};

} // namespace machiai
