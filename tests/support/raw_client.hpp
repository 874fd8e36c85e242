#pragma once

#include "tests/support/websocket_frames.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;

namespace machiai {

/// An HTTP answer as a client sees it.
struct raw_response {
  int status = 0;
  /// Status line and headers.
  std::string head;
  std::string body;

  /// The value of a header (any case), empty when it is absent.
  std::string header(std::string_view name) const;
};

/// How a `raw_client` connects.
struct raw_client_options {
  /// SO_RCVBUF before connecting; 0 leaves the system's default.
  int receive_buffer = 0;
  bool tls = false;
  /// OpenSSL version numbers, for example TLS1_1_VERSION; 0 for any. Old ones get the weak ciphers they need.
  int tls_version = 0;
  /// Local address to connect from, for example 127.0.0.2.
  std::string from;
};

/// A blocking loopback client that can do everything wrong: it sends exactly the bytes it is told to. Every wait ends
/// after `patience`; then reads return what came. Throws std::runtime_error only when it cannot connect.
class raw_client {
public:
  using options = raw_client_options;

  /// `address` is `HOST:PORT` as `io_shard::open` returns it.
  explicit raw_client(const std::string& address, const options& how = {});
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client& operator=(raw_client&&) = delete;

  /// Sends all bytes. False when the connection is broken or the peer takes nothing more.
  bool send(std::string_view bytes);
  /// Sends byte by byte, each in its own segment.
  bool send_slowly(std::string_view bytes);

  /// Reads until `delimiter` is among the unread bytes and takes them up to its end; empty when it did not come.
  std::string read_until(std::string_view delimiter);
  /// Reads until `count` bytes are there and takes them; fewer when the connection ends or patience is over.
  std::string read_bytes(std::size_t count);
  /// Everything until the server ends the connection.
  std::string read_to_end();
  /// Whether the server ends the connection (in any way) within `patience`; bytes before the end stay readable.
  bool ended();
  /// The server ended the connection by a reset: what it said last may be lost.
  bool was_reset() const { return reset_; }
  /// Whether nothing at all comes, not even the end, for this long.
  bool quiet_for(std::chrono::milliseconds time);

  /// Sends a request and reads its answer.
  raw_response request(std::string_view bytes);
  raw_response read_response(bool head = false);

  /// Makes a WebSocket; false when the answer is not 101, which `last_response` holds.
  bool upgrade(std::string_view subprotocol = "machiai.v1", std::string_view extra = {});
  const raw_response& last_response() const { return response_; }

  bool send_text(std::string_view payload) { return send(client_frame(opcode::text, payload)); }
  /// The next frame of any kind; nothing when none comes.
  std::optional<server_frame> read_frame();
  /// The next text frame's payload, answering pings on the way; nothing when a close or no frame comes.
  std::optional<std::string> read_text();
  /// Reads up to a close frame and returns its code (1005 for none); 0 when the connection ends or stays silent
  /// without.
  uint16_t read_close();

  /// Shuts the sending side; reading goes on.
  void finish_sending();
  /// Ends the connection at once by a reset.
  void abort();
  /// Ends the connection the usual way.
  void close();

  int descriptor() const { return socket_; }
  /// The server certificate's subject common name; empty without TLS.
  std::string certificate_name() const;
  /// For example `TLSv1.3`.
  std::string tls_version() const;

  std::chrono::milliseconds patience{3000};

private:
  /// Reads once more into `unread_`. False at the end of the connection or of patience.
  bool read_more();
  bool wait_readable(std::chrono::milliseconds time) const;
  void connect_tls(int version);

  int socket_ = -1;
  ssl_st* session_ = nullptr;
  std::string unread_;
  raw_response response_;
  bool ended_ = false;
  bool reset_ = false;
};

} // namespace machiai
