#include "config/error.hpp"
#include "gateway/query_parameters.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace machiai;

namespace {

constexpr std::array<std::string_view, 2> known{"month", "year"};

std::string wrong(std::string_view target) {
  const auto why = wrong_query(target, known);
  return why ? message_of(*why) : "";
}

} // namespace

TEST_CASE("query: known parameters pass once each, in any order, and their values are read") {
  for (const auto* target : {"/u", "/u?", "/u?month=2026-11", "/u?year=1&month=2026-11", "/u?month"})
    CHECK(wrong(target) == "");
  CHECK(query_value("/u?year=1&month=2026-11", "month") == "2026-11");
  CHECK(query_value("/u?month=a=b", "month") == "a=b");
  CHECK(query_value("/u?month", "month") == "");
  CHECK(query_value("/u", "month") == "");
}

TEST_CASE("query: an unknown parameter and one that comes twice are named") {
  CHECK(wrong("/u?month=1&day=2") == "query: there is no parameter \"day\" here");
  CHECK(wrong("/u?Month=1") == "query: there is no parameter \"Month\" here");
  CHECK(wrong("/u?%6donth=1") == "query: there is no parameter \"%6donth\" here");
  CHECK(wrong("/u?month=1&year=2&month=1") == "query: \"month\" comes twice");
  CHECK(wrong("/u?month=1&month") == "query: \"month\" comes twice");
  CHECK(wrong("/u?=1") == "query: there is no parameter \"\" here");
  CHECK(wrong("/u?month=1&&year=1") == "query: there is no parameter \"\" here");
  CHECK(wrong("/u?" + std::string(5000, 'x')).size() < 200);
  CHECK(wrong_query("/u?month=1", {}).has_value());
}

TEST_CASE("query: a value's percent-encoding is undone, and what is none stays") {
  CHECK(query_value("/b?at=2026-11-22T10%3A32%3a00%2B09:00", "at") == "2026-11-22T10:32:00+09:00");
  CHECK(query_value("/b?at=1+1", "at") == "1+1");
  for (const auto* value : {"%", "%2", "%2g", "%zz", "a%"})
    CHECK(query_value(std::string("/b?at=") + value, "at") == value);
}

TEST_CASE("query: a parameter without a value is there") {
  CHECK(has_query("/b?at", "at"));
  CHECK(has_query("/b?x=1&at=", "at"));
  CHECK_FALSE(has_query("/b?", "at"));
  CHECK_FALSE(has_query("/b", "at"));
}
