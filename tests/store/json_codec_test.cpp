#include "store/json_codec.hpp"
#include "store/records.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace machiai;

namespace {

struct inner {
  timestamp starts_at;
  std::vector<person_id> people;
  friend bool operator==(const inner&, const inner&) = default;
};
BOOST_DESCRIBE_STRUCT(inner, (), (starts_at, people))

struct outer {
  static constexpr auto defaulted_members = std::to_array<std::string_view>({"minutes"});
  room_id room;
  inner appointment;
  role by = role::operator_;
  std::optional<timestamp> ends_at;
  int32_t minutes = 15;
  uint8_t small = 0;
  bool is_test = false;
  std::string menu;
  friend bool operator==(const outer&, const outer&) = default;
};
BOOST_DESCRIBE_STRUCT(outer, (), (room, appointment, by, ends_at, minutes, small, is_test, menu))

constexpr std::string_view sample_text =
    R"({"room":"r-1","appointment":{"starts_at":"2026-04-10T01:00:00.000Z","people":["p-1","p-2"]},"by":"operator",)"
    R"("ends_at":"1970-01-01T00:00:00.001Z","minutes":-7,"small":255,"is_test":true,"menu":"再診\n\"a\\\u0001"})";

outer sample() {
  return {room_id{"r-1"},
          {{1'775'782'800'000}, {person_id{"p-1"}, person_id{"p-2"}}},
          role::operator_,
          timestamp{1},
          -7,
          255,
          true,
          "再診\n\"a\\\x01"};
}

caf::expected<outer> decode(std::string_view text, decode_policy policy = decode_policy::strict) {
  const auto value = parse_json(text);
  REQUIRE(value);
  return decode_json<outer>(*value, policy);
}

/// The sample with one member's text replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string text{sample_text};
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void check_refused(const std::string& text, std::string_view message) {
  const auto decoded = decode(text);
  REQUIRE_FALSE(decoded);
  CHECK(code_of(decoded.error()) == ec::malformed);
  CHECK(message_of(decoded.error()) == message);
}

} // namespace

TEST_CASE("json: members are written in the order of description and read back") {
  CHECK(encode_json(sample()) == sample_text);
  const auto decoded = decode(sample_text);
  REQUIRE(decoded);
  CHECK(*decoded == sample());
}

TEST_CASE("json: an empty optional and an empty id are left out") {
  outer x;
  CHECK(encode_json(x) ==
        R"({"appointment":{"starts_at":"1970-01-01T00:00:00.000Z","people":[]},"by":"operator","minutes":15,)"
        R"("small":0,"is_test":false,"menu":""})");
  const auto decoded = decode(encode_json(x), decode_policy::stored);
  REQUIRE(decoded);
  CHECK(*decoded == x);
}

TEST_CASE("json: an error names the path and what was expected") {
  check_refused(with("\"2026-04-10T01:00:00.000Z\"", "\"soon\""),
                "field appointment.starts_at: expected a time such as 2026-04-10T01:00:00.000Z");
  check_refused(with("\"p-2\"", "\"p 2\""),
                "field appointment.people[1]: expected an id of 1 to 64 characters out of A-Z a-z 0-9 . _ -");
  check_refused(with("\"r-1\"", "\"\""), "field room: expected an id of 1 to 64 characters out of A-Z a-z 0-9 . _ -");
  check_refused(with("\"operator\"", "\"operator_\""),
                "field by: expected one of operator system staff doctor patient guest engine");
  check_refused(with("-7", "2147483648"), "field minutes: expected a whole number from -2147483648 to 2147483647");
  check_refused(with("-7", "1.0"), "field minutes: expected a whole number from -2147483648 to 2147483647");
  check_refused(with("255", "256"), "field small: expected a whole number from 0 to 255");
  check_refused(with("255", "-1"), "field small: expected a whole number from 0 to 255");
  check_refused(with("255", "18446744073709551616"), "field small: expected a whole number from 0 to 255");
  check_refused(with("true", "1"), "field is_test: expected true or false");
  check_refused(with("[\"p-1\",\"p-2\"]", "{}"), "field appointment.people: expected an array");
  check_refused(with("\"menu\"", "\"menü\\u0007\""), "field menu: missing");
  check_refused("[]", "expected an object");
}

TEST_CASE("json: strict input refuses unknown and missing fields, stored bodies take defaults") {
  const auto extra = with("\"minutes\":-7,", "\"minutes\":-7,\"patient name\":1,");
  check_refused(extra, "field patient name: there is no such field");
  check_refused(with("\"room\":\"r-1\",", ""), "field room: missing");
  CHECK(decode(extra, decode_policy::stored));
  const auto defaulted = decode(with("\"minutes\":-7,", ""));
  REQUIRE(defaulted);
  CHECK(defaulted->minutes == 15);
  const auto empty = decode("{}", decode_policy::stored);
  REQUIRE(empty);
  CHECK(*empty == outer{});
}

TEST_CASE("json: null and absence are an empty optional, null is nothing else") {
  const auto absent = decode(with("\"ends_at\":\"1970-01-01T00:00:00.001Z\",", ""));
  REQUIRE(absent);
  CHECK_FALSE(absent->ends_at);
  const auto null = decode(with("\"1970-01-01T00:00:00.001Z\"", "null"));
  REQUIRE(null);
  CHECK_FALSE(null->ends_at);
  check_refused(with("true", "null"), "field is_test: expected true or false");
}

TEST_CASE("json: written text is always UTF-8") {
  const auto written = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  const std::string bad = "\"\xEF\xBF\xBD\"";
  CHECK(written("\xF0\x9F\x8F\xA5") == "\"\xF0\x9F\x8F\xA5\"");
  CHECK(written("\xC0") == bad);
  CHECK(written("\xFF") == bad);
  CHECK(written("\xE3\x81") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(written("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(written("\xC2z") == "\"\xEF\xBF\xBDz\"");
  CHECK(written(std::string_view{"\0", 1}) == "\"\\u0000\"");
  for (auto c = 0; c < 256; ++c)
    CHECK(parse_json(written(std::string(3, static_cast<char>(c)))));
}

TEST_CASE("json: deep nesting and broken text are refused") {
  CHECK_FALSE(parse_json(std::string(10'000, '[')));
  CHECK_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')));
  CHECK_FALSE(parse_json("{\"a\":1} x"));
  CHECK_FALSE(parse_json("\"\\ud800\""));
  CHECK_FALSE(parse_json("\"\xFF\""));
}
