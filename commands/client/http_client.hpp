#pragma once

#include "commands/client/server_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace machiai {

/// What came back. `status` 0 means that nothing did, and `problem` says why.
struct http_answer {
  unsigned status = 0;
  std::string body;
  std::string problem;

  bool ok() const noexcept { return status >= 200 && status < 300; }
  /// One line for people: the status and what the server's problem document says, or why nothing came.
  std::string complaint() const;
};

struct http_call {
  /// GET, PUT, POST or DELETE.
  std::string method;
  /// Path and query.
  std::string target;
  /// Sent as JSON unless it is empty.
  std::string body;
  /// Empty sends no Authorization header.
  std::string token;
};

/// An engine's HTTP API over a few kept-alive connections; calls beyond their number wait in a queue. A call that meets
/// a kept connection the server has closed meanwhile is sent once more on a fresh one, except POST. Used from its
/// loop's thread only; ends what is open when it goes.
class http_client {
public:
  using handler = std::function<void(const http_answer& answer)>;

  /// `loop` and `tls` (null without TLS) must outlive the client.
  http_client(boost::asio::io_context& loop, boost::asio::ssl::context* tls, server_address server,
              std::size_t connections = 4, std::chrono::milliseconds timeout = std::chrono::seconds{15});
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// `done` is called once, from the loop.
  void call(http_call what, handler done);

  /// Runs the loop until the answer is there; for programs that do one thing after the other.
  http_answer call_now(http_call what);

private:
  struct pool;

  boost::asio::io_context& loop_;
  std::shared_ptr<pool> pool_;
};

} // namespace machiai
