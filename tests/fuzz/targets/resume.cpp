#include "config/error.hpp"
#include "gateway/protocol.hpp"
#include "gateway/query_parameters.hpp"
#include "store/json_encode.hpp"
#include "store/timestamp.hpp"
#include "tests/fuzz/targets.hpp"

#include <array>

namespace machiai::fuzz {

namespace {

std::optional<position> position_in(const std::string& text) {
  const auto result = decode_message(R"({"type":"hello","token":"t","resume":)" + text + '}');
  const auto* message = std::get_if<client_message>(&result);
  return message ? std::get<hello>(*message).resume : std::nullopt;
}

/// Every byte in percent-encoding (RFC 3986 section 2.1).
std::string coded(std::string_view value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const auto byte : value) {
    const auto bits = static_cast<unsigned char>(byte);
    result += {'%', digits[bits / 16], digits[bits % 16]};
  }
  return result;
}

void check_query(std::string_view input) {
  static constexpr std::array<std::string_view, 2> known{"month", "after"};
  const auto target = "/v1/clinics/c1/usage?" + std::string(input);
  if (wrong_query(target, known))
    return;
  const auto is_plain = input.find('%') == std::string_view::npos;
  for (const auto name : known) {
    const auto value = query_value(target, name);
    const auto sent = std::string(name) + '=';
    invariant(query_value("/?" + sent + coded(value), name) == value, "a value that comes back as another");
    invariant(!is_plain || value.find('&') == std::string::npos, "a value that goes on into the next parameter");
    invariant(!is_plain || value.empty() || target.find(sent + value) != std::string::npos,
              "a value that was not sent");
  }
}

void check_time(std::string_view input) {
  const auto at = parse_rfc3339(input);
  if (!at)
    return;
  std::string text;
  append_rfc3339(text, *at);
  invariant(parse_rfc3339(text) == at, "a time that comes back as another");
}

} // namespace

void resume(std::string_view input) {
  if (const auto at = position_in(std::string(input)))
    invariant(position_in(encode_json(*at)) == at, "a position that comes back as another");
  check_query(input);
  check_time(input);
}

} // namespace machiai::fuzz
