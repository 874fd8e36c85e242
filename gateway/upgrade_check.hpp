#pragma once

#include "gateway/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// The subprotocol every client has to offer; it is echoed in the handshake's answer.
inline constexpr std::string_view websocket_subprotocol = "machiai.v1";

/// Whether a page of this origin may connect. An empty list allows any; otherwise scheme, host and port must equal an
/// entry, ignoring case; `null` only when listed.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed);

/// What an upgrade request is held against.
struct upgrade_policy {
  /// Empty allows any; a request without `Origin` is not a browser's and is allowed.
  std::vector<std::string> allowed_origins;
  /// Whether `machiai.v1` has to be offered; always, but for clients that know RFC 6455 and nothing of us (tests/echo).
  bool subprotocol_required = true;
};

/// The answer that refuses an upgrade request, or nothing when it is right: GET, version 13 (RFC 6455 4.2.1), a key of
/// 16 bytes, the subprotocol, an allowed origin or none.
std::optional<http_response> check_upgrade(const http_request& request, const upgrade_policy& policy);

/// The bytes of the 101 that accept a request which `check_upgrade` found right: no extension, and the subprotocol if
/// it was offered (RFC 6455 4.2.2).
std::string accept_upgrade(const http_request& request);

} // namespace machiai
