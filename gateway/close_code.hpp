#pragma once

#include "config/error.hpp"
#include "gateway/connection_host.hpp"

#include <cstdint>

/// Why the server closes a WebSocket. The range alone tells a client what to do: 1xxx by RFC 6455, 40xx reconnect at
/// once (for a clinic that moves to another engine; none is sent yet), 41xx reconnect later (full jitter, or inside the
/// window of the `reconnect` frame before it), 42xx do not come back with the same token and request.
namespace machiai {

enum class close_code : uint16_t {
  /// Planned restart; the `reconnect` frame before it gave a window.
  restarting = 4100,
  /// The engine cannot serve just now: the store does not write, there is too much to do, or tokens of this address are
  /// refused unseen, which may be a neighbour's fault.
  unavailable = 4101,
  /// The reader took nothing for too long.
  too_slow = 4102,
  /// No answer to pings.
  silent = 4103,
  unauthenticated = 4200,
  token_expired = 4201,
  revoked = 4202,
  forbidden = 4203,
  removed = 4204,
  no_hello = 4205,
  malformed = 4206,
  /// Too many messages or pings on this connection.
  flood = 4207,
  /// A newer connection of the same device took this one's place.
  replaced = 4208,
};

/// The close that goes with an error that ends a session; of the range 41xx for whatever waiting mends.
close_code close_code_of(ec code);

/// The close that goes with a fault of the transport.
close_order close_for(transport_fault fault);

} // namespace machiai
