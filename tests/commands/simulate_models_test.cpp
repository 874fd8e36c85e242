#include "commands/client/json_members.hpp"
#include "commands/simulate/clock_skew.hpp"
#include "commands/simulate/expected_meter.hpp"
#include "store/timestamp.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace machiai;
namespace json = boost::json;

namespace {

json::value golden() {
  std::ifstream file(MACHIAI_SOURCE_DIR "/tests/golden/billing.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

std::vector<expected_stay> stays_of(const json::array& events) {
  std::vector<expected_stay> stays;
  for (const auto& x : events) {
    const auto& event = x.as_object();
    const auto& who = *object_in(event, "actor");
    const std::string person{text_in(who, "id")};
    const auto at_ms = parse_rfc3339(text_in(event, "t")).value().ms;
    const auto open = std::find_if(stays.begin(), stays.end(),
                                   [&](const expected_stay& stay) { return stay.person == person && !stay.exit_ms; });
    if (text_in(event, "action") == "enter" && open == stays.end())
      stays.push_back({person, text_in(who, "role") == "doctor", at_ms, std::nullopt, false});
    else if (text_in(event, "action") == "exit" && open != stays.end())
      open->exit_ms = at_ms;
  }
  return stays;
}

} // namespace

TEST_CASE("simulate: its own meter gives every golden bill") {
  const auto cases = golden();
  REQUIRE(cases.as_array().size() == 30);
  for (const auto& x : cases.as_array()) {
    const auto& one = x.as_object();
    CAPTURE(std::string(text_in(one, "name")));
    const auto& expect = *object_in(one, "expect");
    const auto bill = reckon(stays_of(*array_in(one, "events")), 0);
    CHECK(bill.doctor_in_room_ms == number_in(expect, "doctor_in_room_ms"));
    CHECK(bill.units == number_in(expect, "units"));
    CHECK(bill.additional_participants == number_in(expect, "additional_participants"));
    CHECK(bill.total_yen_ex_tax == number_in(expect, "total_yen_ex_tax"));
  }
}

TEST_CASE("simulate: its own meter bridges a loss of 30 s and no longer one, and never a leave") {
  const auto in_room_ms = [](bool lost, int64_t back_ms) {
    return reckon({{"d", true, 0, 10'000, lost}, {"d", true, back_ms, 60'000, false}}, 0).doctor_in_room_ms;
  };
  CHECK(in_room_ms(true, 40'000) == 60'000);
  CHECK(in_room_ms(true, 40'001) == 29'999);
  CHECK(in_room_ms(false, 11'000) == 59'000);
}

TEST_CASE("simulate: a time that no clock difference explains is noticed") {
  clock_skew skew;
  CHECK(skew.take(100'050, 1'000, 1'100));
  CHECK(skew.take(100'990, 2'000, 2'010));
  CHECK_FALSE(skew.take(101'900, 3'000, 3'010));
  CHECK_FALSE(skew.take(102'200, 3'000, 3'010));
  CHECK(skew.take(101'985, 3'000, 3'010));
}

TEST_CASE("simulate: the bounds of the engine's clock hold what commands showed") {
  clock_skew skew;
  CHECK_FALSE(skew.earliest(1'000).has_value());
  REQUIRE(skew.take(100'050, 1'000, 1'100));
  CHECK(skew.earliest(1'000).value() <= 100'000);
  CHECK(skew.latest(1'000).value() >= 100'050);
  CHECK(skew.latest(1'000).value() - skew.earliest(1'000).value() <= 110);
}
