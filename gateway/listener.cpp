#include "gateway/listener.hpp"

#include "config/fixed_limits.hpp"
#include "config/listen_address.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace machiai {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

std::string to_text(const tcp::endpoint& endpoint) {
  const auto host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(endpoint.port());
}

int open_reserve() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_out_of_resources(int number) {
  return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

std::pair<address_key, std::string> describe_peer(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& bytes = reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    const asio::ip::address_v4 address(ntohl(bytes.s_addr));
    return {address_key_of(reinterpret_cast<const uint8_t*>(&bytes), sizeof bytes), address.to_string()};
  }
  asio::ip::address_v6::bytes_type bytes;
  const auto& raw = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr.s6_addr;
  std::copy(std::begin(raw), std::end(raw), bytes.begin());
  return {address_key_of(bytes.data(), bytes.size()), asio::ip::address_v6(bytes).to_string()};
}

/// Whether somebody, perhaps another engine of the same user, listens there already. SO_REUSEPORT alone would join it.
boost::system::error_code probe(asio::io_context& context, const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  tcp::acceptor trial(context);
  trial.open(endpoint.protocol(), error);
  if (!error)
    trial.set_option(asio::socket_base::reuse_address(true), error);
  if (!error)
    trial.bind(endpoint, error);
  return error;
}

} // namespace

listener::listener(asio::io_context& context, const settings& how, events calls)
    : acceptor_(context), rest_(context), how_(how), calls_(std::move(calls)), reserve_(open_reserve()) {}

listener::~listener() {
  if (reserve_ >= 0)
    ::close(reserve_);
}

caf::expected<std::shared_ptr<listener>> listener::open(asio::io_context& context, const std::string& address,
                                                        const settings& how, events calls) {
  const auto where = parse_listen_address(address);
  if (!where)
    return make_error(ec::bad_setting, address + " is not IP:PORT, [IPv6]:PORT or localhost:PORT");
  const tcp::endpoint endpoint{asio::ip::make_address(where->ip), where->port};
  boost::system::error_code error;
  if (!how.join_existing && endpoint.port() != 0)
    error = probe(context, endpoint);
  std::shared_ptr<listener> made(new listener(context, how, std::move(calls)));
  if (!error)
    error = made->bind(endpoint);
  if (error)
    return make_error(ec::system_failure, "cannot listen on " + address + ": " + error.message());
  made->wait();
  return made;
}

boost::system::error_code listener::bind(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error)
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error)
    acceptor_.set_option(reuse_port(true), error);
  if (!error)
    acceptor_.bind(endpoint, error);
  if (!error)
    acceptor_.listen(how_.backlog, error);
  if (!error)
    acceptor_.non_blocking(true, error);
  return error;
}

std::string listener::address() const {
  boost::system::error_code ignored;
  return to_text(acceptor_.local_endpoint(ignored));
}

void listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  rest_.cancel();
}

void listener::wait() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->acceptor_.is_open())
      self->accept_waiting();
  });
}

void listener::accept_waiting() {
  for (uint32_t i = 0; i < fixed::accepts_per_turn_max; ++i) {
    sockaddr_storage peer{};
    socklen_t peer_bytes = sizeof peer;
    const auto socket = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &peer_bytes,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      auto [key, address] = describe_peer(peer);
      calls_.accepted(socket, key, std::move(address));
      if (!acceptor_.is_open())
        return;
    } else if (is_out_of_resources(errno)) {
      return pause(errno);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    }
    // Anything else is the fault of one client that is gone again.
  }
  wait();
}

void listener::pause(int error_number) {
  if (reserve_ >= 0) {
    ::close(reserve_);
    const auto turned_away = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (turned_away >= 0)
      ::close(turned_away);
  }
  reserve_ = open_reserve();
  calls_.paused(error_number);
  rest_.expires_after(std::chrono::milliseconds(how_.pause_ms));
  rest_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->acceptor_.is_open())
      self->accept_waiting();
  });
}

} // namespace machiai
