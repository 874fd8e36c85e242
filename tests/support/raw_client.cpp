#include "tests/support/raw_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cstdlib>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace machiai {

namespace {

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// 127.0.0.1:80 or [::1]:80.
std::pair<sockaddr_storage, socklen_t> socket_address(const std::string& text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  const auto port = htons(static_cast<uint16_t>(std::stoi(text.substr(colon + 1))));
  sockaddr_storage storage{};
  if (host.front() != '[') {
    auto& ipv4 = reinterpret_cast<sockaddr_in&>(storage);
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = port;
    inet_pton(AF_INET, host.c_str(), &ipv4.sin_addr);
    return {storage, sizeof ipv4};
  }
  host = host.substr(1, host.size() - 2);
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(storage);
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = port;
  inet_pton(AF_INET6, host.c_str(), &ipv6.sin6_addr);
  return {storage, sizeof ipv6};
}

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

} // namespace

std::string raw_response::header(std::string_view name) const {
  std::size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    const auto begin = at + 2;
    at = head.find("\r\n", begin);
    const auto line = std::string_view(head).substr(begin, at == std::string::npos ? at : at - begin);
    const auto colon = line.find(':');
    if (colon == line.npos || !same_name(line.substr(0, colon), name))
      continue;
    const auto value = line.substr(colon + 1);
    return std::string(value.substr(std::min(value.find_first_not_of(' '), value.size())));
  }
  return {};
}

raw_client::raw_client(const std::string& address, const options& how) {
  const auto [target, target_bytes] = socket_address(address);
  socket_ = ::socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    throw std::runtime_error("cannot make a socket");
  set_option(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  if (how.receive_buffer > 0)
    set_option(socket_, SOL_SOCKET, SO_RCVBUF, how.receive_buffer);
  const timeval limit{3, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (!how.from.empty()) {
    const auto [local, local_bytes] = socket_address(how.from + ":0");
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&local), local_bytes) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect from " + how.from);
    }
  }
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&target), target_bytes) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect to " + address);
  }
  if (how.tls)
    connect_tls(how.tls_version);
}

raw_client::raw_client(raw_client&& other) noexcept
    : patience(other.patience), socket_(std::exchange(other.socket_, -1)),
      session_(std::exchange(other.session_, nullptr)), unread_(std::move(other.unread_)),
      response_(std::move(other.response_)), ended_(other.ended_), reset_(other.reset_) {}

raw_client::~raw_client() {
  close();
}

void raw_client::connect_tls(int version) {
  auto* const context = SSL_CTX_new(TLS_client_method());
  if (version != 0) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
  }
  session_ = SSL_new(context);
  SSL_CTX_free(context);
  SSL_set_fd(session_, socket_);
  const timeval limit{3, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const bool connected = SSL_connect(session_) == 1;
  if (!connected) {
    close();
    throw std::runtime_error("the TLS handshake failed");
  }
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = session_ ? SSL_write(session_, bytes.data(), static_cast<int>(bytes.size()))
                                : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool raw_client::send_slowly(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [this](const char& byte) { return send({&byte, 1}); });
}

bool raw_client::wait_readable(std::chrono::milliseconds time) const {
  if (session_ && SSL_pending(session_) > 0)
    return true;
  pollfd wish{socket_, POLLIN, 0};
  return ::poll(&wish, 1, static_cast<int>(time.count())) > 0;
}

bool raw_client::read_more() {
  if (ended_ || !wait_readable(patience))
    return false;
  char buffer[16 * 1024];
  const auto count = session_ ? SSL_read(session_, buffer, sizeof buffer) : ::recv(socket_, buffer, sizeof buffer, 0);
  ended_ = count <= 0;
  reset_ = count < 0;
  if (!ended_)
    unread_.append(buffer, static_cast<std::size_t>(count));
  return !ended_;
}

std::string raw_client::read_until(std::string_view delimiter) {
  for (;;) {
    const auto at = unread_.find(delimiter);
    if (at != std::string::npos)
      return read_bytes(at + delimiter.size());
    if (!read_more())
      return {};
  }
}

std::string raw_client::read_bytes(std::size_t count) {
  while (unread_.size() < count && read_more()) {
  }
  auto taken = unread_.substr(0, count);
  unread_.erase(0, taken.size());
  return taken;
}

std::string raw_client::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

bool raw_client::ended() {
  while (read_more()) {
  }
  return ended_;
}

bool raw_client::quiet_for(std::chrono::milliseconds time) {
  return unread_.empty() && !ended_ && !wait_readable(time);
}

raw_response raw_client::request(std::string_view bytes) {
  send(bytes);
  return read_response();
}

raw_response raw_client::read_response(bool head) {
  raw_response response;
  response.head = read_until("\r\n\r\n");
  if (response.head.size() < 12)
    return response;
  response.status = std::atoi(response.head.c_str() + 9);
  const auto length = response.header("Content-Length");
  if (!length.empty() && !head)
    response.body = read_bytes(static_cast<std::size_t>(std::stoul(length)));
  return response;
}

bool raw_client::upgrade(std::string_view subprotocol, std::string_view extra) {
  response_ = request(upgrade_request(subprotocol, extra));
  return response_.status == 101;
}

std::optional<server_frame> raw_client::read_frame() {
  for (;;) {
    if (auto frame = take_server_frame(unread_))
      return frame;
    if (!read_more())
      return std::nullopt;
  }
}

std::optional<std::string> raw_client::read_text() {
  while (auto frame = read_frame()) {
    if (frame->opcode == opcode::text)
      return std::move(frame->payload);
    if (frame->opcode == opcode::ping)
      send(client_frame(opcode::pong, frame->payload));
    else if (frame->opcode == opcode::close)
      break;
  }
  return std::nullopt;
}

uint16_t raw_client::read_close() {
  while (const auto frame = read_frame())
    if (frame->opcode == opcode::close)
      return frame->close_code();
  return 0;
}

void raw_client::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void raw_client::abort() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void raw_client::close() {
  SSL_free(std::exchange(session_, nullptr));
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

std::string raw_client::certificate_name() const {
  if (!session_)
    return {};
  auto* const certificate = SSL_get1_peer_certificate(session_);
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  X509_free(certificate);
  return name;
}

std::string raw_client::tls_version() const {
  return session_ ? SSL_get_version(session_) : "";
}

} // namespace machiai
