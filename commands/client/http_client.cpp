#include "commands/client/http_client.hpp"

#include "commands/client/client_tls.hpp"
#include "commands/client/connect.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/json/parse.hpp>

#include <optional>
#include <utility>

namespace machiai {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

std::string http_answer::complaint() const {
  if (status == 0)
    return problem;
  auto text = "HTTP " + std::to_string(status);
  error_code not_json;
  const auto document = boost::json::parse(body, not_json);
  if (const auto* object = not_json ? nullptr : document.if_object())
    if (const auto* detail = object->if_contains("detail"); detail && detail->is_string())
      text += ": " + std::string(detail->get_string());
  return text;
}

/// Calls that wait, and the connections that work on them. Shared with the operations under way.
struct http_client::pool : std::enable_shared_from_this<pool> {
  struct job {
    http_call what;
    handler done;
    bool again = false;
  };

  /// One connection; idle while `now` is empty.
  struct lane {
    using plain = beast::tcp_stream;
    using secure = asio::ssl::stream<beast::tcp_stream>;

    std::unique_ptr<plain> tcp;
    std::unique_ptr<secure> tls;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    std::optional<http::response_parser<http::string_body>> response;
    std::optional<job> now;
    bool kept = false;

    beast::tcp_stream& lowest() { return tls ? beast::get_lowest_layer(*tls) : *tcp; }
    bool is_open() const { return tls || tcp; }
    void close() {
      if (is_open())
        lowest().close();
      tls.reset();
      tcp.reset();
      buffer.clear();
      kept = false;
    }
  };

  asio::io_context& loop;
  asio::ssl::context* context;
  server_address server;
  std::chrono::milliseconds timeout;
  std::deque<job> waiting;
  std::vector<std::unique_ptr<lane>> lanes;
  bool ended = false;

  pool(asio::io_context& the_loop, asio::ssl::context* the_context, server_address the_server,
       std::chrono::milliseconds the_timeout)
      : loop(the_loop), context(the_context), server(std::move(the_server)), timeout(the_timeout) {}

  void work() {
    for (auto& x : lanes) {
      if (ended || waiting.empty())
        return;
      if (x->now)
        continue;
      x->now = std::move(waiting.front());
      waiting.pop_front();
      begin(*x);
    }
  }

  void begin(lane& x) {
    const auto& what = x.now->what;
    x.request = {};
    x.request.version(11);
    x.request.method(http::string_to_verb(what.method));
    x.request.target(what.target);
    x.request.set(http::field::host, authority_of(server));
    x.request.set(http::field::user_agent, "machiai-client");
    if (!what.token.empty())
      x.request.set(http::field::authorization, "Bearer " + what.token);
    if (!what.body.empty())
      x.request.set(http::field::content_type, "application/json");
    x.request.body() = what.body;
    x.request.prepare_payload();
    if (x.is_open())
      return write(x);
    if (server.tls)
      x.tls = std::make_unique<lane::secure>(loop, *context);
    else
      x.tcp = std::make_unique<lane::plain>(loop);
    x.lowest().expires_after(timeout);
    connect(x.lowest(), server,
            [self = shared_from_this(), &x](const error_code& failed) { self->connected(x, failed); });
  }

  void connected(lane& x, const error_code& failed) {
    if (failed || ended)
      return finish(x, {0, {}, failed.message()});
    if (!x.tls)
      return write(x);
    expect_host(x.tls->native_handle(), server);
    x.tls->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this(), &x](const error_code& refused) {
      if (refused)
        return self->finish(x, {0, {}, "TLS: " + refused.message()});
      self->write(x);
    });
  }

  void write(lane& x) {
    x.lowest().expires_after(timeout);
    const auto written = [self = shared_from_this(), &x](const error_code& failed, size_t) {
      if (failed)
        return self->broken(x, failed);
      self->read(x);
    };
    if (x.tls)
      http::async_write(*x.tls, x.request, written);
    else
      http::async_write(*x.tcp, x.request, written);
  }

  void read(lane& x) {
    x.response.emplace();
    x.response->body_limit(256ULL * 1024 * 1024);
    const auto got = [self = shared_from_this(), &x](const error_code& failed, size_t) {
      if (failed)
        return self->broken(x, failed);
      const auto& response = x.response->get();
      const http_answer answer{response.result_int(), response.body(), {}};
      if (response.keep_alive())
        x.kept = true;
      else
        x.close();
      self->finish(x, answer);
    };
    if (x.tls)
      http::async_read(*x.tls, x.buffer, *x.response, got);
    else
      http::async_read(*x.tcp, x.buffer, *x.response, got);
  }

  void broken(lane& x, const error_code& why) {
    const auto may_repeat = x.kept && !x.now->again && x.now->what.method != "POST" && !ended;
    x.close();
    if (!may_repeat)
      return finish(x, {0, {}, why.message()});
    x.now->again = true;
    begin(x);
  }

  void finish(lane& x, const http_answer& answer) {
    auto done = std::move(x.now->done);
    x.now.reset();
    if (answer.status == 0)
      x.close();
    if (ended)
      return;
    done(answer);
    work();
  }
};

http_client::http_client(asio::io_context& loop, asio::ssl::context* tls, server_address server,
                         std::size_t connections, std::chrono::milliseconds timeout)
    : loop_(loop), pool_(std::make_shared<pool>(loop, tls, std::move(server), timeout)) {
  for (std::size_t i = 0; i < connections; ++i)
    pool_->lanes.push_back(std::make_unique<pool::lane>());
}

http_client::~http_client() {
  pool_->ended = true;
  for (auto& x : pool_->lanes)
    if (x->is_open())
      x->lowest().close();
}

void http_client::call(http_call what, handler done) {
  pool_->waiting.push_back({std::move(what), std::move(done)});
  pool_->work();
}

http_answer http_client::call_now(http_call what) {
  std::optional<http_answer> result;
  call(std::move(what), [&result](const http_answer& answer) { result = answer; });
  loop_.restart();
  while (!result && loop_.run_one() > 0) {
  }
  return result.value_or(http_answer{0, {}, "the loop was stopped"});
}

} // namespace machiai
