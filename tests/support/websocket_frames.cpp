#include "tests/support/websocket_frames.hpp"

namespace machiai {

namespace {

void append_big_endian(std::string& out, uint64_t value, int bytes) {
  for (auto i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const auto byte : bytes)
    value = value << 8U | static_cast<uint8_t>(byte);
  return value;
}

} // namespace

std::string client_frame(uint8_t op, std::string_view payload, const frame_options& options) {
  std::string bytes;
  bytes += static_cast<char>((options.fin ? 0x80U : 0U) | static_cast<unsigned>(options.rsv << 4U) | op);
  const uint64_t length = options.claimed_length.value_or(payload.size());
  uint8_t code = options.length_code;
  if (code == 0)
    code = length < 126 ? static_cast<uint8_t>(length) : length <= 0xFFFF ? 126 : 127;
  bytes += static_cast<char>((options.masked ? 0x80U : 0U) | code);
  append_big_endian(bytes, length, code == 126 ? 2 : code == 127 ? 8 : 0);
  if (!options.masked)
    return bytes.append(payload);
  constexpr std::string_view mask = "\x37\xFA\x21\x3D";
  bytes.append(mask);
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  return bytes;
}

std::string close_frame(uint16_t code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, code, 2);
  return client_frame(opcode::close, payload.append(reason));
}

uint16_t server_frame::close_code() const {
  return payload.size() < 2 ? 1005 : static_cast<uint16_t>(big_endian(std::string_view(payload).substr(0, 2)));
}

std::string server_frame::close_reason() const {
  return payload.size() < 2 ? std::string() : payload.substr(2);
}

std::optional<server_frame> take_server_frame(std::string& bytes) {
  if (bytes.size() < 2)
    return std::nullopt;
  const auto code = static_cast<uint8_t>(bytes[1]) & 0x7FU;
  const std::size_t extension = code == 126 ? 2 : code == 127 ? 8 : 0;
  if (bytes.size() < 2 + extension)
    return std::nullopt;
  const auto length = extension == 0 ? code : big_endian(std::string_view(bytes).substr(2, extension));
  const auto total = 2 + extension + static_cast<std::size_t>(length);
  if (bytes.size() < total)
    return std::nullopt;
  server_frame frame;
  frame.opcode = static_cast<uint8_t>(bytes[0]) & 0x0FU;
  frame.fin = (static_cast<uint8_t>(bytes[0]) & 0x80U) != 0;
  frame.payload = bytes.substr(2 + extension, static_cast<std::size_t>(length));
  bytes.erase(0, total);
  return frame;
}

std::vector<server_frame> server_frames(std::string bytes) {
  std::vector<server_frame> frames;
  while (auto frame = take_server_frame(bytes))
    frames.push_back(std::move(*frame));
  return frames;
}

std::string upgrade_request(std::string_view subprotocol, std::string_view extra, std::string_view path) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n";
  request += "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  if (!subprotocol.empty())
    request.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  return request.append(extra).append("\r\n");
}

} // namespace machiai
