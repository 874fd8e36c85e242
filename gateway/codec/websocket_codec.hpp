#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace machiai {

/// What a codec tells its owner. All calls happen inside a call of the codec's own methods; a view is valid only during
/// the call. The codec may be closed from inside, but not fed or destroyed.
class websocket_codec_events {
public:
  virtual ~websocket_codec_events() = default;

  /// Bytes for the peer, in order: pongs and the close frame. Whole frames only.
  virtual void on_codec_write(std::string_view bytes) = 0;

  /// One whole text message, valid UTF-8, at most the message limit long.
  virtual void on_codec_text(std::string_view message) = 0;

  /// One whole binary message.
  virtual void on_codec_binary(std::string_view message) = 0;

  /// A ping came. Returns whether it is answered by a pong.
  virtual bool on_codec_ping(std::string_view payload) = 0;

  /// A pong came, asked for or not.
  virtual void on_codec_pong(std::string_view payload) = 0;

  /// The last call: nothing will be written or reported any more and the owner should send what is pending and end the
  /// connection. `code` is what we sent, or what the peer sent when it closed first (1005 when it named none).
  /// `clean` when both sides sent a close frame. `protocol_failure` when the peer broke RFC 6455 or a limit of the
  /// codec (1002, 1007, 1009).
  struct closing {
    uint16_t code = 1006;
    bool by_peer = false;
    bool clean = false;
    bool protocol_failure = false;
  };
  virtual void on_codec_closed(const closing& how) = 0;
};

/// The frames of RFC 6455 for one server connection from the end of its handshake on (see `upgrade_check`), without
/// socket, timer or log: bytes in, events out. It knows no extension. Not thread-safe.
///
/// Close codes: 1002 for framing, masks, reserved bits and opcodes, lengths that are not minimal or have the top bit
/// set, bad close frames; 1007 for invalid UTF-8, at the first byte that cannot be right; 1009 above the limits of a
/// message.
class websocket_codec {
public:
  /// `events` must outlive the codec. `message_bytes_max` bounds a message over all its fragments, `fragments_max`
  /// their number.
  websocket_codec(websocket_codec_events& events, std::size_t message_bytes_max, std::size_t fragments_max);
  ~websocket_codec();
  websocket_codec(const websocket_codec&) = delete;
  websocket_codec& operator=(const websocket_codec&) = delete;

  /// Takes bytes as they come from the network, in any pieces, beginning behind the upgrade request. Bytes after the
  /// end of the connection are ignored.
  void feed(std::string_view bytes);

  /// Starts the closing handshake after what was written before. Codes that RFC 6455 does not allow on the wire are
  /// sent as 1011; `reason` is cut to 123 bytes at a code point. Codes 1002, 1007, 1008, 1009 and 1011 do not wait for
  /// the peer's answer: `on_codec_closed` comes at once. No effect when the connection is not open.
  void close(uint16_t code, std::string_view reason);

  /// True until the first close frame of either side.
  bool is_open() const;

  /// Changes the limit for messages that begin from now on.
  void set_message_bytes_max(std::size_t limit);

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

/// A complete unmasked server text frame, built once and shared by all its receivers. `payload` must be valid UTF-8.
std::shared_ptr<const std::string> prepare_text_frame(std::string_view payload);

/// A complete server ping frame; `payload` is at most 125 bytes, longer ones are cut.
std::shared_ptr<const std::string> prepare_ping_frame(std::string_view payload);

} // namespace machiai
