#include "tests/support/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace machiai::test {

namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::string receive(int socket_fd) {
  std::array<char, 65536> buffer{};
  const auto length = recv(socket_fd, buffer.data(), buffer.size(), 0);
  return length > 0 ? std::string{buffer.data(), static_cast<size_t>(length)} : std::string{};
}

void send_all(int socket_fd, std::string_view data) {
  while (!data.empty()) {
    const auto sent = send(socket_fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    data.remove_prefix(static_cast<size_t>(sent));
  }
}

void shut(int& socket_fd) {
  if (socket_fd >= 0)
    close(socket_fd);
  socket_fd = -1;
}

} // namespace

cutting_proxy::cutting_proxy(uint16_t server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = eventfd(0, EFD_CLOEXEC);
  auto address = loopback(0);
  socklen_t length = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

cutting_proxy::~cutting_proxy() {
  const uint64_t one = 1;
  if (write(wake_, &one, sizeof(one)) == sizeof(one))
    thread_.join();
  for (auto& each : links_)
    finish(each);
  shut(held_server_);
  shut(listener_);
  shut(wake_);
}

void cutting_proxy::serve() {
  while (true) {
    std::vector<pollfd> sockets{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& each : links_) {
      sockets.push_back({each.client, POLLIN, 0});
      sockets.push_back({each.server, POLLIN, 0});
    }
    poll(sockets.data(), sockets.size(), -1);
    if (sockets[0].revents != 0)
      return;
    const auto count = links_.size();
    if (sockets[1].revents != 0)
      accept_one();
    for (size_t i = 0; i < count; ++i) {
      if (sockets[2 + 2 * i].revents != 0)
        from_client(links_[i]);
      if (sockets[3 + 2 * i].revents != 0 && links_[i].server >= 0)
        from_server(links_[i]);
    }
  }
}

void cutting_proxy::accept_one() {
  link fresh;
  fresh.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  fresh.server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(server_port_);
  if (connect(fresh.server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    finish(fresh);
  else
    links_.push_back(fresh);
}

void cutting_proxy::from_client(link& which) {
  const auto data = receive(which.client);
  if (data.empty())
    return finish(which);
  if (which.silent)
    return;
  switch (armed_.exchange(cut::none)) {
  case cut::none:
    return send_all(which.server, data);
  case cut::before_forwarding:
    return finish(which);
  case cut::in_the_middle:
    send_all(which.server, data.substr(0, data.size() / 2));
    return finish(which);
  case cut::before_answering:
    which.drop_answer = true;
    return send_all(which.server, data);
  case cut::late: {
    const std::lock_guard lock{held_mutex_};
    held_ = data;
    held_server_ = std::exchange(which.server, -1);
    return finish(which);
  }
  case cut::swallow:
    which.silent = true;
  }
}

void cutting_proxy::from_server(link& which) {
  const auto data = receive(which.server);
  if (data.empty() || which.drop_answer)
    return finish(which);
  send_all(which.client, data);
}

void cutting_proxy::finish(link& which) {
  shut(which.client);
  shut(which.server);
}

std::string cutting_proxy::release() {
  const std::lock_guard lock{held_mutex_};
  send_all(held_server_, held_);
  return receive(held_server_);
}

} // namespace machiai::test
