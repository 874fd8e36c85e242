#include "store/events.hpp"
#include "tests/support/sample_events.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deep_to_string.hpp>
#include <doctest/doctest.h>

using namespace machiai;

namespace {

template <class T>
std::vector<char> to_bytes(const T& x) {
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  const auto problem = sink(x);
  REQUIRE_FALSE(problem);
  return bytes;
}

template <class T>
caf::error from_bytes(const std::vector<char>& bytes, T& out) {
  caf::binary_deserializer source{nullptr, bytes};
  auto problem = source(out);
  if (!problem)
    CHECK(source.remaining() == 0);
  return problem;
}

template <class T>
T round_trip(const T& x) {
  T out{};
  const auto problem = from_bytes(to_bytes(x), out);
  REQUIRE_FALSE(problem);
  return out;
}

} // namespace

TEST_CASE("inspect: every kind of event crosses a network unchanged") {
  const auto events = test::one_event_of_each_kind();
  REQUIRE(events.size() == std::variant_size_v<event_payload::variant_type>);
  for (size_t i = 0; i < events.size(); ++i) {
    INFO(kind_of(events[i].payload));
    CHECK(events[i].payload.value.index() == i);
    CHECK(round_trip(events[i]) == events[i]);
  }
}

TEST_CASE("inspect: optional values of our types and of others cross both full and empty") {
  CHECK(round_trip(std::optional<timestamp>{timestamp{5}}) == timestamp{5});
  CHECK(round_trip(std::optional<timestamp>{}) == std::nullopt);
  CHECK(round_trip(std::optional<std::string>{"x"}) == "x");
  CHECK(round_trip(std::optional<int32_t>{}) == std::nullopt);
  CHECK(round_trip(std::vector<std::optional<room_id>>{room_id{"a"}, std::nullopt}) ==
        std::vector<std::optional<room_id>>{room_id{"a"}, std::nullopt});
  std::optional<int32_t> filled{7};
  CHECK_FALSE(from_bytes(to_bytes(std::optional<int32_t>{}), filled));
  CHECK(filled == std::nullopt);
}

TEST_CASE("inspect: an event of unknown index and a cut message are errors") {
  auto bytes = to_bytes(event_payload{room_locked{}});
  REQUIRE(bytes.size() == 1);
  bytes[0] = static_cast<char>(std::variant_size_v<event_payload::variant_type>);
  event_payload payload;
  CHECK(from_bytes(bytes, payload));
  auto cut = to_bytes(event_payload{participant_admitted{person_id{"p-1"}}});
  cut.pop_back();
  CHECK(from_bytes(cut, payload));
}

TEST_CASE("inspect: printing an event shows ids but no free text") {
  for (const auto& event : test::one_event_of_each_kind()) {
    const auto text = caf::deep_to_string(event);
    CHECK(text.find("room-1") != std::string::npos);
    for (const auto* secret : {"待合", "花子", "ヤマダ", "佐藤", "000123", "看護師", "通訳", "BEGIN", "aaaa"})
      CHECK_MESSAGE(text.find(secret) == std::string::npos, text);
  }
}
