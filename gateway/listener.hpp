#pragma once

#include "config/error.hpp"
#include "gateway/connection_limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace machiai {

/// One listening socket of one shard. Accepts until closed; when the process is out of descriptors it rests instead of
/// spinning, and answers at least the oldest waiting client by closing it, thanks to a descriptor kept in reserve.
class listener : public std::enable_shared_from_this<listener> {
public:
  struct settings {
    int backlog = 1024;
    int64_t pause_ms = 100;
    /// Share the port with the listeners that hold it; else a port that anyone holds is an error.
    bool join_existing = false;
  };
  struct events {
    /// A connected non-blocking socket, owned by the callee, with its peer's key and address.
    std::function<void(int socket, const address_key& key, std::string address)> accepted;
    std::function<void(int error_number)> paused;
  };

  /// Listens on `HOST:PORT` or `[IPV6]:PORT`. Fails with `ec::bad_setting` or `ec::system_failure`, naming the address.
  static caf::expected<std::shared_ptr<listener>> open(boost::asio::io_context& context, const std::string& address,
                                                       const settings& how, events calls);
  ~listener();

  /// The bound address, with the real port.
  std::string address() const;

  /// Stops accepting; clients still waiting in the backlog are reset by the kernel.
  void close();

private:
  listener(boost::asio::io_context& context, const settings& how, events calls);

  boost::system::error_code bind(const boost::asio::ip::tcp::endpoint& endpoint);
  void wait();
  void accept_waiting();
  void pause(int error_number);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer rest_;
  settings how_;
  events calls_;
  int reserve_ = -1;
};

} // namespace machiai
