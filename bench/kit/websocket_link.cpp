#include "bench/kit/websocket_link.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace machiai::bench {

namespace {

constexpr unsigned opcode_text = 0x1;
constexpr unsigned opcode_binary = 0x2;
constexpr unsigned opcode_close = 0x8;
constexpr unsigned opcode_ping = 0x9;
constexpr unsigned opcode_pong = 0xA;
// Any mask will do for a client that is no browser, as long as it is there.
constexpr std::array<char, 4> mask{0x5A, 0x13, 0x6C, 0x27};

/// From one address, the search for a free port takes most of a connect once half of them are in use.
void spread_over_loopback(int socket, const sockaddr_in& server) {
  constexpr uint32_t addresses = 16;
  static uint32_t next = 0;
  const auto target = ntohl(server.sin_addr.s_addr);
  if (target >> 24U != IN_LOOPBACKNET)
    return;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  auto from = server;
  from.sin_port = 0;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + next++ % addresses);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
    throw std::system_error(errno, std::generic_category(), "bind");
}

struct frame_head {
  unsigned opcode = 0;
  bool is_whole = false;
  size_t head_bytes = 0;
  uint64_t body_bytes = 0;
};

/// `head_bytes` 0 means that the head is not complete.
frame_head read_head(std::string_view bytes) {
  frame_head head;
  if (bytes.size() < 2)
    return head;
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const unsigned short_length = byte(1) & 0x7FU;
  const size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (bytes.size() < 2 + length_bytes)
    return head;
  head.opcode = byte(0) & 0xFU;
  head.is_whole = (byte(0) & 0x80U) != 0 && head.opcode != 0;
  head.head_bytes = 2 + length_bytes;
  head.body_bytes = length_bytes == 0 ? short_length : 0;
  for (size_t i = 0; i < length_bytes; ++i)
    head.body_bytes = head.body_bytes << 8U | byte(2 + i);
  return head;
}

void append_masked(std::string& out, unsigned opcode, std::string_view body) {
  out += static_cast<char>(0x80U | opcode);
  if (body.size() < 126) {
    out += static_cast<char>(0x80U | body.size());
  } else {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(body.size() >> 8U);
    out += static_cast<char>(body.size() & 0xFFU);
  }
  out.append(mask.data(), mask.size());
  for (size_t i = 0; i < body.size(); ++i)
    out += static_cast<char>(body[i] ^ mask[i % 4]);
}

} // namespace

void websocket_link::connect(const sockaddr_in& server, std::string_view path, std::string_view subprotocol) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    throw std::system_error(errno, std::generic_category(), "socket");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  spread_over_loopback(socket_, server);
  waiting_.assign("GET ").append(path).append(
      " HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
      "Sec-WebSocket-Protocol: ");
  waiting_.append(subprotocol).append("\r\n\r\n");
  stage_ = stage::connecting;
  loop_.add(socket_, *this, EPOLLOUT);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 && errno != EINPROGRESS)
    lose(std::string("connect: ") + std::strerror(errno));
}

void websocket_link::on_ready(uint32_t events) {
  if (stage_ == stage::connecting)
    return connected();
  if ((events & EPOLLOUT) != 0)
    write_waiting();
  if (socket_ >= 0 && (events & ~static_cast<uint32_t>(EPOLLOUT)) != 0)
    receive();
}

void websocket_link::connected() {
  int problem = 0;
  socklen_t length = sizeof problem;
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &problem, &length);
  if (problem != 0)
    return lose(std::string("connect: ") + std::strerror(problem));
  stage_ = stage::upgrading;
  write_waiting();
}

void websocket_link::receive() {
  auto& buffer = loop_.read_buffer();
  const auto kept = begun_.size();
  if (kept > 0)
    std::memcpy(buffer.data(), begun_.data(), kept);
  const auto count = ::recv(socket_, buffer.data() + kept, buffer.size() - kept, 0);
  loop_.note_time();
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0)
    return lose(count == 0 ? "closed by the server" : std::string("recv: ") + std::strerror(errno));
  const std::string_view bytes{buffer.data(), kept + static_cast<size_t>(count)};
  size_t used = 0;
  if (stage_ == stage::upgrading)
    used = read_upgrade(bytes);
  if (stage_ == stage::open)
    used += read_messages(bytes.substr(used));
  if (socket_ < 0)
    return;
  if (bytes.size() - used >= buffer.size())
    return lose("a message larger than the buffer");
  begun_.assign(bytes.substr(used));
}

size_t websocket_link::read_upgrade(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return 0;
  if (!bytes.starts_with("HTTP/1.1 101")) {
    lose("no upgrade: " + std::string(bytes.substr(0, bytes.find('\r'))));
    return 0;
  }
  stage_ = stage::open;
  owner_.on_open();
  return end + 4;
}

size_t websocket_link::read_messages(std::string_view bytes) {
  size_t used = 0;
  while (stage_ == stage::open) {
    const auto rest = bytes.substr(used);
    const auto head = read_head(rest);
    if (head.head_bytes == 0 || rest.size() - head.head_bytes < head.body_bytes)
      break;
    if (!head.is_whole) {
      lose("a fragmented message");
      break;
    }
    take_frame(head.opcode, rest.substr(head.head_bytes, head.body_bytes));
    used += head.head_bytes + head.body_bytes;
  }
  return used;
}

void websocket_link::take_frame(unsigned opcode, std::string_view body) {
  switch (opcode) {
  case opcode_text:
  case opcode_binary:
    return owner_.on_message(body);
  case opcode_ping:
    return write_frame(opcode_pong, body);
  case opcode_close: {
    const auto code =
        body.size() < 2 ? 1005 : static_cast<unsigned char>(body[0]) << 8 | static_cast<unsigned char>(body[1]);
    return lose("closed with " + std::to_string(code));
  }
  default:
    return;
  }
}

void websocket_link::send(std::string_view message, bool is_binary) {
  write_frame(is_binary ? opcode_binary : opcode_text, message);
}

void websocket_link::write_frame(unsigned opcode, std::string_view body) {
  auto& out = loop_.write_buffer();
  out.clear();
  append_masked(out, opcode, body);
  write(out);
}

void websocket_link::write(std::string_view bytes) {
  if (socket_ < 0)
    return;
  if (!waiting_.empty()) {
    waiting_.append(bytes);
    return;
  }
  const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count == static_cast<ssize_t>(bytes.size()))
    return;
  // An error other than a full socket shows at the next read.
  waiting_.assign(bytes.substr(count > 0 ? static_cast<size_t>(count) : 0));
  loop_.change(socket_, *this, EPOLLIN | EPOLLOUT);
}

void websocket_link::write_waiting() {
  const auto bytes = std::exchange(waiting_, {});
  if (!bytes.empty())
    write(bytes);
  if (waiting_.empty() && socket_ >= 0)
    loop_.change(socket_, *this, EPOLLIN);
}

void websocket_link::close() noexcept {
  if (socket_ < 0)
    return;
  loop_.remove(socket_);
  ::close(socket_);
  socket_ = -1;
  stage_ = stage::none;
}

void websocket_link::lose(const std::string& why) {
  close();
  owner_.on_lost(why);
}

} // namespace machiai::bench
