#include "bench/dialects/mqtt_dialect.hpp"

#include <charconv>

namespace machiai::bench {

namespace {

// MQTT 3.1.1, section 2.2: packet types with their fixed flags.
constexpr unsigned char connect = 0x10;
constexpr unsigned char connack = 0x20;
constexpr unsigned char publish = 0x30;
constexpr unsigned char subscribe = 0x82;
constexpr unsigned char suback = 0x90;

std::string topic_of(uint32_t clinic) {
  return "clinic/" + std::to_string(clinic);
}

void append_length(std::string& out, size_t length) {
  do {
    const auto low = length % 128;
    length /= 128;
    out += static_cast<char>(low | (length > 0 ? 0x80U : 0U));
  } while (length > 0);
}

void append_text(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size() >> 8U);
  out += static_cast<char>(text.size() & 0xFFU);
  out += text;
}

void append_packet(std::string& out, unsigned char type, std::string_view body) {
  out += static_cast<char>(type);
  append_length(out, body.size());
  out += body;
}

/// Where the body begins; a whole packet is what mosquitto puts into a message.
size_t body_begin(std::string_view packet) {
  size_t at = 1;
  while (at < packet.size() && (static_cast<unsigned char>(packet[at]) & 0x80U) != 0)
    ++at;
  return at + 1;
}

} // namespace

void mqtt_dialect::greet(const seat& who, std::string& out) {
  std::string body;
  append_text(body, "MQTT");
  // Protocol level 4; a clean session, of the patient with a last will; no keep-alive.
  body.append({4, static_cast<char>(who.is_patient() ? 6 : 2), 0, 0});
  append_text(body, "c" + std::to_string(who.clinic) + "p" + std::to_string(who.place));
  if (who.is_patient()) {
    append_text(body, topic_of(who.clinic));
    append_text(body, payload_of(0));
  }
  append_packet(out, connect, body);
}

heard mqtt_dialect::hear(seat& who, std::string_view message, std::string& out) {
  const auto begin = body_begin(message);
  if (message.empty() || begin > message.size())
    return {heard::kind::wrong};
  const auto body = message.substr(begin);
  switch (static_cast<unsigned char>(message[0])) {
  case connack: {
    if (body.size() != 2 || body[1] != 0)
      return {heard::kind::wrong};
    if (who.is_patient())
      return {heard::kind::signed_in};
    std::string wish{0, 1};
    append_text(wish, topic_of(who.clinic));
    wish += '\0';
    append_packet(out, subscribe, wish);
    return {};
  }
  case suback:
    return {heard::kind::signed_in};
  case publish: {
    const auto payload = body.substr(2 + topic_of(who.clinic).size());
    heard news{heard::kind::news};
    const auto read = std::from_chars(payload.data(), payload.data() + payload.size(), news.number);
    if (read.ec != std::errc{})
      return {heard::kind::wrong};
    return news.number == 0 ? heard{heard::kind::loss} : news;
  }
  default:
    return {heard::kind::wrong};
  }
}

void mqtt_dialect::change(const seat& who, uint64_t number, std::string& out) {
  std::string body;
  append_text(body, topic_of(who.clinic));
  append_packet(out, publish, body + payload_of(number));
}

std::string mqtt_dialect::payload_of(uint64_t number) const {
  auto text = std::to_string(number) + ' ';
  text.resize(message_bytes_, '.');
  return text;
}

} // namespace machiai::bench
