#include "store/timestamp.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

using namespace machiai;

TEST_CASE("timestamp: RFC 3339 texts are read to the millisecond") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == timestamp{0});
  CHECK(parse_rfc3339("2026-04-10T01:00:00.000Z") == timestamp{1'775'782'800'000});
  CHECK(parse_rfc3339("2026-04-10T10:00:00+09:00") == timestamp{1'775'782'800'000});
  CHECK(parse_rfc3339("2026-04-09T20:00:00.5-05:00") == timestamp{1'775'782'800'500});
  CHECK(parse_rfc3339("2026-04-10T01:00:00.05Z") == timestamp{1'775'782'800'050});
  CHECK(parse_rfc3339("2024-02-29T12:00:00Z") == timestamp{1'709'208'000'000});
  CHECK(parse_rfc3339("1969-12-31T23:59:59.999Z") == timestamp{-1});
}

TEST_CASE("timestamp: anything else is refused") {
  for (const auto* text : {"",
                           "2026",
                           "2026-04-10",
                           "2026-04-10T01:00:00",
                           "2026-04-10 01:00:00Z",
                           "2026-4-10T01:00:00Z",
                           "2026-04-10T01:00Z",
                           "2026-02-29T01:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-04-10T24:00:00Z",
                           "2026-04-10T23:60:00Z",
                           "2026-06-30T23:59:60Z",
                           "2026-04-10T01:00:00.Z",
                           "2026-04-10T01:00:00.0000Z",
                           "2026-04-10T01:00:00+0900",
                           "2026-04-10T01:00:00+24:00",
                           "2026-04-10T01:00:00+09:60",
                           "2026-04-10T01:00:00Z ",
                           " 2026-04-10T01:00:00Z",
                           "+026-04-10T01:00:00Z",
                           "2026-04-10T01:00:00,5Z",
                           "2026-04-10T-1:00:00Z",
                           "9999-12-31T23:59:59-01:00",
                           "0000-01-01T00:00:00+01:00"})
    CHECK_MESSAGE(!parse_rfc3339(text), text);
}

TEST_CASE("timestamp: what is printed is read back") {
  std::mt19937_64 random{test::test_seed()};
  std::uniform_int_distribution<int64_t> any_ms{parse_rfc3339("0000-01-01T00:00:00Z")->ms,
                                                parse_rfc3339("9999-12-31T23:59:59.999Z")->ms};
  for (auto i = 0; i < 10'000; ++i) {
    const timestamp at{any_ms(random)};
    REQUIRE(parse_rfc3339(to_rfc3339(at)) == at);
  }
}

TEST_CASE("timestamp: printing pads every part and clamps to four-digit years") {
  CHECK(to_rfc3339({1'775'782'800'007}) == "2026-04-10T01:00:00.007Z");
  CHECK(to_rfc3339({-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(to_rfc3339({std::numeric_limits<int64_t>::max()}) == "9999-12-31T23:59:59.999Z");
  CHECK(to_rfc3339({std::numeric_limits<int64_t>::min()}) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("timestamp: a day in Japan begins nine hours before the day in UTC") {
  const auto last = *parse_rfc3339("2026-11-30T14:59:59.999Z");
  const auto first = *parse_rfc3339("2026-11-30T15:00:00Z");
  CHECK(japan_month(last) == "2026-11");
  CHECK(japan_month(first) == "2026-12");
  CHECK(japan_day(first) == japan_day(last) + 1);
  CHECK(japan_day({0}) == 0);
  CHECK(japan_day(*parse_rfc3339("1969-12-31T14:59:59Z")) == -1);
  CHECK(japan_time_text(*parse_rfc3339("2026-11-22T01:32:59Z")) == "2026-11-22 10:32");
}
