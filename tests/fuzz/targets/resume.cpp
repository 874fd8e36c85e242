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

void check_query(std::string_view input) {
  static constexpr std::array<std::string_view, 2> known{"month", "after"};
  const auto target = "/v1/clinics/c1/usage?" + std::string(input);
  if (wrong_query(target, known))
    return;
  for (const auto name : known) {
    const auto value = query_value(target, name);
    invariant(value.find('&') == std::string::npos, "a value that goes on into the next parameter");
    invariant(value.empty() || target.find(std::string(name) + '=' + value) != std::string::npos,
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
