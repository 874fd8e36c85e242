#include "actors/answer_text.hpp"

#include "config/error.hpp"
#include "store/json_codec.hpp"

namespace machiai {

namespace {

constexpr std::string_view acceptance = R"({"ok":true)";

struct error_text {
  std::string code;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(error_text, (), (code, message))

struct refusal_text {
  error_text error;
};
BOOST_DESCRIBE_STRUCT(refusal_text, (), (error))

} // namespace

std::string accepted_text(uint64_t seq) {
  return std::string{acceptance} + R"(,"seq":)" + std::to_string(seq) + '}';
}

std::string refused_text(const caf::error& why) {
  return R"({"ok":false,"error":)" + error_object(why) + '}';
}

std::string error_object(const caf::error& why) {
  const auto code = code_of(why);
  std::string out = R"({"code":")" + to_string(code) + R"(","message":)";
  append_json_string(out, public_message_of(why));
  out += R"(,"retryable":)";
  out += retryable(code) ? "true}" : "false}";
  return out;
}

bool is_acceptance(std::string_view answer) {
  return answer.starts_with(acceptance);
}

std::optional<caf::error> refusal_in(std::string_view answer) {
  if (is_acceptance(answer))
    return std::nullopt;
  const auto value = parse_json(answer);
  const auto read = value ? decode_json<refusal_text>(*value, decode_policy::stored) : value.error();
  if (read)
    for (uint8_t i = 1; i <= static_cast<uint8_t>(last_error_code); ++i)
      if (to_string(static_cast<ec>(i)) == read->error.code)
        return make_error(static_cast<ec>(i), read->error.message);
  return make_error(ec::internal, "an answer does not read");
}

} // namespace machiai
