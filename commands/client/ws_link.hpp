#pragma once

#include "commands/client/server_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace machiai {

/// What a link tells its owner, always from the loop and never from inside a call to the link.
struct ws_link_handlers {
  std::function<void()> opened;
  std::function<void(std::string_view text)> text;
  /// The server pinged: it lives.
  std::function<void()> proof;
  /// The last word: the close code and reason the server gave, or code 0 and what went wrong.
  std::function<void(uint16_t code, const std::string& reason)> ended;
};

/// One WebSocket connection of subprotocol `machiai.v1`, from connect to close. Used from its loop's thread only.
/// Answers pings by itself. Lives until it ended; the owner may let go of it any time after `reset` or `close`.
class ws_link {
public:
  virtual ~ws_link() = default;
  /// After `opened`. Texts arrive in the order sent.
  virtual void send(std::string text) = 0;
  /// Says goodbye (code 1000). No handler is called any more.
  virtual void close() = 0;
  /// Ends without a word, by a TCP reset. No handler is called any more.
  virtual void reset() = 0;
};

/// Begins to connect. `timeout` covers resolving, connecting, TLS and the upgrade. `tls` must outlive the link and may
/// be null when the address needs none.
std::shared_ptr<ws_link> open_ws_link(boost::asio::io_context& loop, boost::asio::ssl::context* tls,
                                      const server_address& server, std::chrono::milliseconds timeout,
                                      ws_link_handlers handlers);

} // namespace machiai
