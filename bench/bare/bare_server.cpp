#include "gateway/codec/websocket_codec.hpp"
#include "gateway/http_reader.hpp"
#include "gateway/upgrade_check.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

/// What our stack costs with nothing behind it: the gateway's sockets and codec, and a table of rooms. No sign-in, no
/// limits, no time-outs, no order, nothing kept. `bare-server BYTES` prints its port; `in ROOM` lets a connection hear
/// a room, `say ROOM N` sends `N` to all who do, in a message of BYTES, and 0 is said when who said `hello ROOM` is
/// gone.
namespace machiai::bench {

namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

class bare_connection;

struct room {
  std::unordered_set<bare_connection*> members;
  /// Frames of this turn of the loop: joined, so that each member costs one call however many there are.
  std::string joined;
};

struct hall {
  asio::io_context loop{1};
  size_t message_bytes = 0;
  std::array<char, 65536> buffer{};
  std::unordered_map<std::string, room> rooms;
  std::vector<room*> due;

  void say(std::string_view name, std::string_view number) {
    const auto at = rooms.find(std::string(name));
    if (at == rooms.end())
      return;
    std::string text("news ");
    text.append(number).append(" ").resize(message_bytes, '.');
    if (at->second.joined.empty()) {
      if (due.empty())
        asio::post(loop, [this] { flush(); });
      due.push_back(&at->second);
    }
    at->second.joined += *prepare_text_frame(text);
  }

  void flush();
};

class bare_connection final : public std::enable_shared_from_this<bare_connection>, websocket_codec_events {
public:
  bare_connection(hall& where, tcp::socket socket)
      : hall_(where), socket_(std::move(socket)), codec_(*this, 64 * 1024, 64) {
    socket_.non_blocking(true);
    socket_.set_option(tcp::no_delay(true));
  }

  void wait() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (!error)
        self->receive();
    });
  }

  void write(const std::string& bytes) {
    if (!waiting_.empty()) {
      waiting_ += bytes;
      return;
    }
    const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size()))
      return;
    waiting_ = bytes.substr(sent > 0 ? static_cast<size_t>(sent) : 0);
    wait_writable();
  }

private:
  void receive() {
    const auto count = ::recv(socket_.native_handle(), hall_.buffer.data(), hall_.buffer.size(), 0);
    if (count > 0)
      take({hall_.buffer.data(), static_cast<size_t>(count)});
    if (count > 0 || (count < 0 && errno == EAGAIN))
      return wait();
    for (auto* each : member_of_)
      each->members.erase(this);
    if (!spoken_for_.empty())
      hall_.say(spoken_for_, "0");
  }

  void take(std::string_view bytes) {
    if (!handshake_)
      return codec_.feed(bytes);
    handshake_->feed(bytes);
    if (handshake_->next() != http_reader::outcome::upgrade)
      return;
    write(accept_upgrade(handshake_->request()));
    const auto rest = handshake_->take_rest();
    handshake_.reset();
    codec_.feed(rest);
  }

  void wait_writable() {
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
      if (!error)
        self->write(std::exchange(self->waiting_, {}));
    });
  }

  void on_codec_text(std::string_view message) override {
    const auto first = message.find(' ');
    const auto second = message.find(' ', first + 1);
    const auto name = message.substr(first + 1, second - first - 1);
    if (message.starts_with("say "))
      return hall_.say(name, message.substr(second + 1));
    if (message.starts_with("hello "))
      spoken_for_ = name;
    if (message.starts_with("in ")) {
      auto& joined = hall_.rooms[std::string(name)];
      joined.members.insert(this);
      member_of_.push_back(&joined);
    }
    write(*prepare_text_frame("welcome"));
  }

  void on_codec_write(std::string_view bytes) override { write(std::string(bytes)); }
  void on_codec_binary(std::string_view) override {}
  bool on_codec_ping(std::string_view) override { return true; }
  void on_codec_pong(std::string_view) override {}
  void on_codec_closed(const closing&) override { socket_.shutdown(tcp::socket::shutdown_both); }

  hall& hall_;
  tcp::socket socket_;
  std::unique_ptr<http_reader> handshake_ = std::make_unique<http_reader>(http_limits{8 * 1024, 0});
  websocket_codec codec_;
  std::string waiting_;
  std::string spoken_for_;
  std::vector<room*> member_of_;
};

void hall::flush() {
  for (auto* each : std::exchange(due, {})) {
    for (auto* member : each->members)
      member->write(each->joined);
    each->joined.clear();
  }
}

void accept_all(hall& where, tcp::acceptor& door) {
  door.async_accept([&](const boost::system::error_code& error, tcp::socket socket) {
    if (!error)
      std::make_shared<bare_connection>(where, std::move(socket))->wait();
    accept_all(where, door);
  });
}

} // namespace

} // namespace machiai::bench

int main(int argc, char** argv) {
  using namespace machiai::bench;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  hall where;
  where.message_bytes = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 300;
  tcp::acceptor door(where.loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  std::printf("%u\n", door.local_endpoint().port());
  std::fflush(stdout);
  accept_all(where, door);
  where.loop.run();
}
