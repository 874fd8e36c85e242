#pragma once

#include "gateway/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// Whether a page of this origin may connect. An empty list allows any; otherwise scheme, host and port must equal an
/// entry, ignoring case; `null` only when listed.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed);

/// The answer that refuses an upgrade request, or nothing when it is right: GET, version 13 (RFC 6455 4.2.1), a key of
/// 16 bytes, the subprotocol, an allowed origin or none.
std::optional<http_response> check_upgrade(const http_request& request,
                                           const std::vector<std::string>& allowed_origins);

/// The same request with only what the handshake needs: the codec keeps every header it sees for the connection's life.
std::string minimal_upgrade(const http_request& request);

} // namespace machiai
