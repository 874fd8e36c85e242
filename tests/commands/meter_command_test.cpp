#include "tests/commands/program.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <fstream>

using namespace machiai::test;

namespace {

constexpr auto golden_file = MACHIAI_SOURCE_DIR "/tests/golden/billing.json";

boost::json::value golden() {
  std::ifstream file{golden_file};
  return boost::json::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
}

} // namespace

TEST_CASE("meter command: prints name and figures of every golden case, as expected there") {
  const auto shown = run({"meter", golden_file});
  CHECK(shown.status == 0);
  CHECK(shown.err.empty());
  boost::json::array expected;
  const auto cases = golden();
  for (const auto& x : cases.as_array())
    expected.push_back({{"name", x.at("name")}, {"result", x.at("expect")}});
  CHECK(boost::json::parse(shown.out) == boost::json::value(expected));
}

TEST_CASE("meter command: reads stdin, needs neither expectation nor reason, and compares nothing") {
  auto cases = golden();
  for (auto& x : cases.as_array()) {
    x.as_object().erase("why");
    x.as_object().erase("expect");
  }
  CHECK(run({"meter", "-"}, boost::json::serialize(cases)).out == run({"meter", golden_file}).out);
  CHECK(run({"meter", "-"}, "[]").out == "[\n]\n");
}

TEST_CASE("meter command: a stay that is not over has no result") {
  const auto shown = run({"meter", "-"}, R"([{"name":"通し \"1\"","events":[{"t":"2026-04-10T01:00:00.000Z",
      "actor":{"id":"D1","role":"doctor"},"action":"enter"}],"expect":{"units":1}}])");
  CHECK(shown.status == 0);
  const auto cases = boost::json::parse(shown.out).as_array();
  REQUIRE(cases.size() == 1);
  CHECK(cases[0].as_object() == boost::json::object{{"name", "通し \"1\""}, {"open", true}});
}

TEST_CASE("meter command: malformed input prints nothing but one line that names file, case and event") {
  const auto shown = run({"meter", "-"}, R"([{"name":"good","events":[]},{"name":"bad","events":[{"t":"noon",
      "actor":{"id":"D1","role":"doctor"},"action":"enter"}]}])");
  CHECK(shown.status == 2);
  CHECK(shown.out.empty());
  CHECK(has(shown.err, "machiai: stdin: case 2 (bad): field events[0].t: expected a time"));
  CHECK(run({"meter", "-"}, "").status == 2);
  const auto missing = run({"meter", "/nowhere/x.json"});
  CHECK(missing.status == 2);
  CHECK(has(missing.err, "/nowhere/x.json: cannot be read: No such file"));
  const auto folder = run({"meter", "/tmp"});
  CHECK(folder.status == 2);
  CHECK(has(folder.err, "/tmp: cannot be read: Is a directory"));
  CHECK(has(run({"meter", "/dev/null"}).err, "/dev/null: line 1: not JSON"));
  CHECK(run({"meter"}).status == 2);
}
