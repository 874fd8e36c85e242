#pragma once

#include "bench/kit/event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>

namespace machiai::bench {

/// Whoever owns a link. Calls come from inside the loop's turn; the link must not be destroyed in them.
class link_owner {
public:
  /// The upgrade is done.
  virtual void on_open() = 0;
  /// One whole text or binary message, valid during the call.
  virtual void on_message(std::string_view message) = 0;
  /// The connection is gone, for this reason; nothing more comes. Not called after `close`.
  virtual void on_lost(const std::string& why) = 0;

protected:
  ~link_owner() = default;
};

/// A WebSocket client (RFC 6455) that does only what a load needs: unfragmented messages, pongs, no extensions, no
/// look at the accept key. Reads straight from the loop's buffer; keeps bytes of its own only for a message that is
/// not whole yet or a socket that is full.
class websocket_link final : ready_handler {
public:
  /// `loop` and `owner` must outlive the link.
  websocket_link(event_loop& loop, link_owner& owner) : loop_(loop), owner_(owner) {}
  ~websocket_link() { close(); }
  websocket_link(const websocket_link&) = delete;
  websocket_link& operator=(const websocket_link&) = delete;

  /// Begins to connect, then asks for `path` with this subprotocol. Throws `std::system_error` when the system refuses
  /// a socket.
  void connect(const sockaddr_in& server, std::string_view path, std::string_view subprotocol);

  /// Sends one message, at once if the socket takes it. Only between `on_open` and the end.
  void send(std::string_view message, bool is_binary);

  /// Closes the socket without a word.
  void close() noexcept;

  bool is_open() const noexcept { return stage_ == stage::open; }

private:
  enum class stage : uint8_t { none, connecting, upgrading, open };

  void on_ready(uint32_t events) override;
  void connected();
  void receive();
  /// How much of `bytes` was used up.
  size_t read_upgrade(std::string_view bytes);
  size_t read_messages(std::string_view bytes);
  void take_frame(unsigned opcode, std::string_view body);
  void write_frame(unsigned opcode, std::string_view body);
  void write(std::string_view bytes);
  void write_waiting();
  void lose(const std::string& why);

  event_loop& loop_;
  link_owner& owner_;
  int socket_ = -1;
  stage stage_ = stage::none;
  std::string begun_;
  std::string waiting_;
};

} // namespace machiai::bench
