#pragma once

#include "config/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace machiai {

/// Header names and values in the order they came or shall go.
using http_headers = std::vector<std::pair<std::string, std::string>>;

/// Which listener a connection came through.
enum class listener_role : uint8_t {
  /// Clients: HTTP and WebSocket.
  clients,
  /// Health, metrics, drain: HTTP only.
  admin,
};

/// One whole request.
struct http_request {
  /// Upper case, for example `PUT`; always a method Beast knows.
  std::string method;
  /// Path and query as sent, in origin form also when they came in absolute form (RFC 9112 section 3.2).
  std::string target;
  http_headers headers;
  std::string body;
  /// The peer's address without port.
  std::string remote_address;
  listener_role role = listener_role::clients;

  /// The first header of this name (any case), empty when there is none.
  std::string_view header(std::string_view name) const;
  /// All headers of this name (any case) as one, with commas between them (RFC 9110 section 5.3).
  std::string joined_header(std::string_view name) const;
  /// How many headers of this name (any case) there are.
  std::size_t count(std::string_view name) const;
  /// The target up to `?`.
  std::string_view path() const;
};

/// One whole answer. `Content-Length`, `Date` and `Connection` are added when it is sent.
struct http_response {
  uint16_t status = 200;
  std::string content_type = "application/json";
  http_headers headers;
  std::string body;
  /// Stands for `body` when it is not null: bytes that many answers share and none copies.
  std::shared_ptr<const std::string> shared_body;
  /// Ends the connection after this answer.
  bool close = false;
};

/// An error as RFC 9457 `application/problem+json`: `type` (about:blank), `title`, `status`, `detail`, and our members
/// `code` (the word of `code`) and `retryable`. `detail` never holds patient data.
http_response problem_response(uint16_t status, ec code, std::string_view detail);

/// The answer's bytes but for a shared body, which goes after them as it is unless `sends_shared_body` says no. For
/// HEAD the body is left out but counted. Header values with line breaks are left out.
std::string serialize(const http_response& response, bool keep_alive, bool head);

bool sends_shared_body(const http_response& response, bool head);

} // namespace machiai
