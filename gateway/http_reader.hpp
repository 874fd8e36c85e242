#pragma once

#include "gateway/http_message.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace machiai {

/// Limits of one request, in bytes.
struct http_limits {
  std::size_t header_bytes_max = 8 * 1024;
  std::size_t body_bytes_max = 256 * 1024;
};

/// HTTP/1.1 requests out of a stream of bytes, one after the other, by Boost.Beast; no socket, no clock. Strict where
/// leniency would let two servers disagree on where a request ends (RFC 9112 6): Content-Length twice, together with
/// Transfer-Encoding, or any coding but `chunked`, is refused. Not thread-safe.
class http_reader {
public:
  enum class outcome : uint8_t {
    /// Feed more bytes.
    need_more,
    /// `request()` is whole. Call `next` again for the one behind it.
    request,
    /// `request()` asks for a WebSocket and has no body; what follows it is not HTTP: `take_rest`.
    upgrade,
    /// `refusal()` is the answer; nothing more can be read from this stream.
    refused,
  };

  explicit http_reader(const http_limits& limits);
  ~http_reader();

  /// Adds bytes from the network.
  void feed(std::string_view bytes);

  /// Goes on with what was fed, up to the end of the next request.
  outcome next();

  /// The last request; may be moved from.
  http_request& request();
  /// Whether the client lets the connection live after the last request.
  bool keep_alive() const;
  const http_response& refusal() const;

  /// No byte of a further request has come.
  bool between_requests() const;
  /// The current request's headers are complete and its body is not.
  bool in_body() const;
  /// True once when the client waits for `100 Continue` before it sends the body.
  bool take_expects_continue();
  /// All bytes behind an upgrade request.
  std::string take_rest();

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace machiai
