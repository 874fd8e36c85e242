#include "commands/client/ws_link.hpp"

#include "commands/client/client_tls.hpp"
#include "commands/client/connect.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <deque>
#include <utility>

namespace machiai {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr const char* subprotocol = "machiai.v1";
/// A snapshot of a clinic's largest board fits many times over.
constexpr size_t message_bytes_max = 256 * 1024 * 1024;

template <class Lower>
class link final : public ws_link, public std::enable_shared_from_this<link<Lower>> {
public:
  template <class... Arguments>
  link(server_address server, std::chrono::milliseconds timeout, ws_link_handlers handlers, Arguments&&... lower)
      : server_(std::move(server)), timeout_(timeout), handlers_(std::move(handlers)),
        stream_(std::forward<Arguments>(lower)...) {}

  void open() {
    auto& tcp = beast::get_lowest_layer(stream_);
    tcp.expires_after(timeout_);
    connect(tcp, server_, [self = this->shared_from_this()](const error_code& failed) {
      if (failed)
        return self->end(failed);
      self->secure();
    });
  }

  void send(std::string text) override {
    outgoing_.push_back(std::move(text));
    if (open_ && !writing_)
      write();
  }

  void close() override {
    silent_ = true;
    if (!open_)
      return reset();
    stream_.async_close(websocket::close_code::normal, [self = this->shared_from_this()](const error_code&) {});
  }

  void reset() override {
    silent_ = true;
    ended_ = true;
    auto& socket = beast::get_lowest_layer(stream_).socket();
    error_code ignored;
    if (socket.is_open())
      socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    beast::get_lowest_layer(stream_).close();
  }

private:
  void secure() {
    if constexpr (std::is_same_v<Lower, beast::tcp_stream>) {
      upgrade();
    } else {
      expect_host(stream_.next_layer().native_handle(), server_);
      stream_.next_layer().async_handshake(asio::ssl::stream_base::client,
                                           [self = this->shared_from_this()](const error_code& failed) {
                                             if (failed)
                                               return self->end(failed);
                                             self->upgrade();
                                           });
    }
  }

  void upgrade() {
    beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(websocket::stream_base::timeout{timeout_, websocket::stream_base::none(), false});
    stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, subprotocol);
      request.set(beast::http::field::user_agent, "machiai-client");
    }));
    stream_.read_message_max(message_bytes_max);
    stream_.control_callback([this](websocket::frame_type, beast::string_view) {
      if (!silent_)
        handlers_.proof();
    });
    stream_.async_handshake(response_, authority_of(server_), "/ws",
                            [self = this->shared_from_this()](const error_code& failed) { self->upgraded(failed); });
  }

  void upgraded(const error_code& failed) {
    if (failed == websocket::error::upgrade_declined)
      return end(0, "HTTP " + std::to_string(response_.result_int()));
    if (failed)
      return end(failed);
    if (response_[beast::http::field::sec_websocket_protocol] != subprotocol)
      return end(0, "the server does not speak machiai.v1");
    response_ = {};
    if (silent_)
      return reset();
    open_ = true;
    handlers_.opened();
    if (!ended_)
      read();
  }

  void read() {
    stream_.async_read(incoming_, [self = this->shared_from_this()](const error_code& failed, size_t) {
      if (failed)
        return self->end(failed);
      if (!self->silent_)
        self->handlers_.text({static_cast<const char*>(self->incoming_.cdata().data()), self->incoming_.size()});
      self->incoming_.clear();
      if (!self->ended_)
        self->read();
    });
  }

  void write() {
    writing_ = true;
    stream_.async_write(asio::buffer(outgoing_.front()),
                        [self = this->shared_from_this()](const error_code& failed, size_t) {
                          self->writing_ = false;
                          // The reader meets the same end and knows the close code.
                          if (failed || self->ended_)
                            return;
                          self->outgoing_.pop_front();
                          if (!self->outgoing_.empty())
                            self->write();
                        });
  }

  void end(const error_code& why) {
    if (why == websocket::error::closed)
      return end(stream_.reason().code, std::string{stream_.reason().reason.c_str()});
    end(0, why.message());
  }

  void end(uint16_t code, const std::string& reason) {
    if (std::exchange(ended_, true))
      return;
    open_ = false;
    beast::get_lowest_layer(stream_).close();
    if (!silent_)
      handlers_.ended(code, reason);
  }

  server_address server_;
  std::chrono::milliseconds timeout_;
  ws_link_handlers handlers_;
  websocket::stream<Lower, false> stream_;
  websocket::response_type response_;
  beast::flat_buffer incoming_;
  std::deque<std::string> outgoing_;
  bool open_ = false;
  bool writing_ = false;
  /// Nobody wants to hear any more.
  bool silent_ = false;
  bool ended_ = false;
};

} // namespace

std::shared_ptr<ws_link> open_ws_link(asio::io_context& loop, asio::ssl::context* tls, const server_address& server,
                                      std::chrono::milliseconds timeout, ws_link_handlers handlers) {
  if (server.tls) {
    auto made =
        std::make_shared<link<asio::ssl::stream<beast::tcp_stream>>>(server, timeout, std::move(handlers), loop, *tls);
    made->open();
    return made;
  }
  auto made = std::make_shared<link<beast::tcp_stream>>(server, timeout, std::move(handlers), loop);
  made->open();
  return made;
}

} // namespace machiai
