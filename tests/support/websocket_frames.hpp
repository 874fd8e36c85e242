#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// RFC 6455 opcodes.
namespace opcode {
inline constexpr uint8_t continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10;
}

/// How a client frame departs from a whole, masked, minimal one.
struct frame_options {
  bool fin = true;
  bool masked = true;
  /// Bit 4 is RSV1, 2 is RSV2, 1 is RSV3.
  uint8_t rsv = 0;
  /// Length field to use although a shorter one would do: 126 or 127.
  uint8_t length_code = 0;
  /// Length to claim instead of the payload's.
  std::optional<uint64_t> claimed_length;
};

/// A client frame's bytes, right or deliberately wrong.
std::string client_frame(uint8_t opcode, std::string_view payload, const frame_options& options = {});

/// A masked close frame with a code and reason.
std::string close_frame(uint16_t code, std::string_view reason = {});

/// One frame of the server.
struct server_frame {
  uint8_t opcode = 0;
  bool fin = true;
  std::string payload;

  /// Of a close frame: its code, 1005 when it has none.
  uint16_t close_code() const;
  /// Of a close frame: its reason.
  std::string close_reason() const;
};

/// Takes the first whole frame off `bytes`; nothing when it is not complete.
std::optional<server_frame> take_server_frame(std::string& bytes);

/// All whole frames of `bytes`.
std::vector<server_frame> server_frames(std::string bytes);

/// A valid upgrade request for `/ws`; `extra` holds further header lines, each ended by CRLF.
std::string upgrade_request(std::string_view subprotocol = "machiai.v1", std::string_view extra = {},
                            std::string_view path = "/ws");

} // namespace machiai
