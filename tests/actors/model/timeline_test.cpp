#include "actors/model/timeline.hpp"
#include "config/error.hpp"

#include <doctest/doctest.h>

using namespace machiai;

namespace {

std::string edge(const char* time, const char* id, const char* role, const char* action) {
  return std::string{R"({"t":"2026-04-10T01:)"} + time + R"(Z","actor":{"id":")" + id + R"(","role":")" + role +
         R"("},"action":")" + action + R"("})";
}

std::string a_case(const std::string& events, const std::string& more = "") {
  return R"([{"name":"x","events":[)" + events + "]" + more + "}]";
}

std::vector<stay> stays_in(const std::string& json) {
  const auto cases = read_timelines(json);
  REQUIRE_MESSAGE(cases, message_of(cases.error()));
  return cases->front().stays;
}

std::string complaint_about(const std::string& json) {
  const auto cases = read_timelines(json);
  REQUIRE_FALSE(cases);
  CHECK(code_of(cases.error()) == ec::malformed);
  return message_of(cases.error());
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const auto in = edge("00:00", "D1", "doctor", "enter");
const auto out = edge("10:00.000", "D1", "doctor", "exit");

} // namespace

TEST_CASE("timeline: edges become stays; repeated ones are without effect") {
  CHECK(read_timelines("[]")->empty());
  CHECK(stays_in(a_case("")).empty());
  const auto later = edge("05:00", "D1", "doctor", "enter");
  const auto after = edge("11:00", "D1", "doctor", "exit");
  const auto stays = stays_in(a_case(in + "," + later + "," + out + "," + after));
  REQUIRE(stays.size() == 1);
  CHECK((*stays[0].exit - stays[0].enter).count() == 600'000);
  CHECK(stays[0].party == party::doctor);
  CHECK(stays_in(a_case(out)).empty());
}

TEST_CASE("timeline: who never goes stays open; persons may stand in the file one after the other") {
  CHECK(has_open_stay(stays_in(a_case(in))));
  CHECK_FALSE(has_open_stay(stays_in(a_case(in + "," + out))));
  const auto other = edge("03:00", "患者 1", "patient", "enter") + "," + edge("04:00", "患者 1", "patient", "exit");
  CHECK(stays_in(a_case(in + "," + out + "," + other)).size() == 2);
}

TEST_CASE("timeline: expectations and reasons are read along, whatever they say") {
  const auto cases = read_timelines(a_case(in + "," + out, R"(,"expect":{"units":7,"other":1},"why":"so")"));
  REQUIRE(cases);
  CHECK(cases->front().source.expect->units == 7);
}

TEST_CASE("timeline: an error names the case and the event") {
  CHECK(has(complaint_about("{"), "line 1: not JSON"));
  CHECK(has(complaint_about(""), "line 1: not JSON"));
  CHECK(has(complaint_about("[\n{\"name\":\"x\",\"events\":[]},\n{\"name\":\"y\",,}]"), "line 3, case 2: not JSON"));
  CHECK(has(complaint_about(R"([{"name":"[{{","events":[]},)"
                            "\n\n"
                            R"({"name":nul}])"),
            "line 3, case 2: not JSON"));
  CHECK(has(complaint_about("[]\n]"), "line 2: not JSON"));
  CHECK(has(complaint_about("{}"), "an array of timelines"));
  CHECK(has(complaint_about("[1]"), "case 1: "));
  CHECK(has(complaint_about(R"([{"events":[]}])"), "case 1: field name"));
  CHECK(has(complaint_about(R"([{"name":"x"}])"), "case 1 (x): field events"));
  CHECK(has(complaint_about(a_case("", R"(,"extra":1)")), "case 1 (x): field extra"));
  CHECK(has(complaint_about(a_case("", R"(,"why":1)")), "case 1 (x): field why"));
  CHECK(has(complaint_about(a_case("", R"(,"expect":1)")), "case 1 (x): field expect"));
  CHECK(
      has(complaint_about(a_case(in + "," + edge("99:00", "D1", "doctor", "exit"))), "case 1 (x): field events[1].t"));
  CHECK(has(complaint_about(a_case(edge("00:00", "D1", "robot", "enter"))), "events[0].actor.role"));
  CHECK(has(complaint_about(a_case(edge("00:00", "D1", "doctor", "jump"))), "events[0].action"));
  CHECK(has(complaint_about(a_case(edge("00:00", "", "doctor", "enter"))), "events[0].actor.id"));
  CHECK(has(complaint_about(a_case(out + "," + in)), "events[1].t: earlier"));
  CHECK(has(complaint_about(a_case(in + "," + edge("01:00", "D1", "nurse", "exit"))), "events[1].actor.role: "));
  CHECK(has(complaint_about(R"([{"name":"a","events":[]},{"name":"b","events":[1]}])"), "case 2 (b): field events[0]"));
}
