#include "config/error.hpp"
#include "gateway/protocol.hpp"
#include "store/json_codec.hpp"
#include "store/json_frame.hpp"
#include "tests/fuzz/targets.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <type_traits>

namespace machiai::fuzz {

namespace {

namespace json = boost::json;

std::string encoded(const hello& x) {
  auto out = begin_json_frame("hello");
  auto first = false;
  append_json_members(out, x, first);
  return out + '}';
}

std::string encoded(const renew& x) {
  auto out = begin_json_frame("renew");
  append_json_member(out, "id", x.id);
  append_json_member(out, "token", x.token);
  return out + '}';
}

std::string encoded(const ask_beat& x) {
  auto out = begin_json_frame("ask_beat");
  append_json_member(out, "id", x.id);
  return out + '}';
}

template <class T>
void append_what(std::string& out, const T& what) {
  if constexpr (requires { what.value; }) {
    std::visit([&](const auto& inner) { append_what(out, inner); }, what.value);
  } else if constexpr (std::is_same_v<T, call_signal>) {
    append_json_member(out, "room", what.room);
    append_json_member(out, "to", what.to);
    out += ',' + what.body;
  } else {
    auto first = false;
    append_json_members(out, what, first);
  }
}

std::string encoded(const addressed_command& x) {
  auto out = begin_json_frame(word_of(x.kind));
  append_json_member(out, "id", x.id);
  std::visit([&](const auto& what) { append_what(out, what); }, x.what);
  return out + '}';
}

std::string encoded(const client_message& message) {
  return std::visit([](const auto& x) { return encoded(x); }, message);
}

/// Boost.JSON reads decimals to the last bit or the one before, so they may come back changed.
bool has_decimals(const json::value& x) {
  if (const auto* object = x.if_object())
    return std::any_of(object->begin(), object->end(), [](const auto& member) { return has_decimals(member.value()); });
  if (const auto* array = x.if_array())
    return std::any_of(array->begin(), array->end(), has_decimals);
  return x.is_double();
}

void check_json(std::string_view input) {
  const auto value = parse_client_json(input);
  if (!value)
    return invariant(code_of(value.error()) == ec::malformed, "another error than malformed");
  if (has_decimals(*value))
    return;
  const auto again = parse_client_json(json::serialize(*value));
  invariant(again && *again == *value, "JSON that does not come back the same");
}

} // namespace

void commands(std::string_view input) {
  check_json(input);
  const auto result = decode_message(input);
  if (const auto* problem = std::get_if<protocol_error>(&result)) {
    const auto answer = problem->id ? refusal_frame(*problem->id, problem->why) : error_frame(problem->why);
    return invariant(parse_client_json(answer).engaged(), "a refusal that is not JSON");
  }
  invariant(parse_client_json(input).engaged(), "a command in what is not JSON");
  const auto text = encoded(std::get<client_message>(result));
  const auto again = decode_message(text);
  const auto* message = std::get_if<client_message>(&again);
  invariant(message != nullptr, "a command that is refused when it is sent as it was read");
  invariant(encoded(*message) == text, "a command that comes back as another");
}

} // namespace machiai::fuzz
