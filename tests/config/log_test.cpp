#include "config/log.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <regex>
#include <string>
#include <vector>

using namespace machiai;

// The compiler is the first guard against names in the log: a run-time string needs a word that says what it is.
static_assert(!std::constructible_from<log_field, const char (&)[2], std::string>);
static_assert(!std::constructible_from<log_field, const char (&)[2], std::string_view>);
static_assert(!std::constructible_from<log_field, const char (&)[2], const std::string&>);
static_assert(std::constructible_from<log_field, const char (&)[2], log_text>);
static_assert(std::constructible_from<log_field, const char (&)[2], const char (&)[3]>);

namespace {

/// The lines written during its life.
struct captured_log {
  std::vector<std::string> lines;

  explicit captured_log(const char* level = "info", uint32_t lines_per_second = 1'000'000) {
    set_up_log({level, lines_per_second});
    set_log_sink([this](std::string_view line) { lines.emplace_back(line); });
  }
  ~captured_log() {
    set_log_sink({});
    set_up_log({});
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;

  std::string last_after_time() const {
    const auto& line = lines.back();
    return line.substr(line.find(",\"level\""));
  }
};

} // namespace

TEST_CASE("log: a line is one JSON object with time, level, event and typed fields") {
  captured_log log;
  log_info("gateway.listening", {{"address", log_text("[::1]:80")},
                                 {"shards", 2u},
                                 {"tls", false},
                                 {"skew", -3},
                                 {"load", 0.5},
                                 {"why", "test"}});
  REQUIRE(log.lines.size() == 1);
  CHECK(std::regex_search(log.lines[0], std::regex{R"(^\{"ts":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",)"}));
  CHECK(
      log.last_after_time() ==
      R"(,"level":"info","event":"gateway.listening","address":"[::1]:80","shards":2,"tls":false,"skew":-3,"load":0.5,"why":"test"})");
}

TEST_CASE("log: nothing in a text can end its line, leave its string or steer a terminal") {
  captured_log log;
  log_warn("a.b", {{"text", log_text("x\n\"\\\x1b[31m\x7f\r\t\xc2\x9b\xe2\x80\xae\xe2\x81\xa6"
                                     "\xff\xe5\xbe\x85")}});
  CHECK(log.last_after_time() ==
        ",\"level\":\"warn\",\"event\":\"a.b\",\"text\":\"x\\u000a\\\"\\\\\\u001b[31m\\u007f\\u000d\\u0009"
        "\\u009b\\u202e\\u2066\\ufffd\xe5\xbe\x85\"}");
  CHECK(log.lines[0].find('\n') == std::string::npos);
}

TEST_CASE("log: a name in the place of an id stays unseen") {
  captured_log log;
  log_info("a.b", {{"clinic", log_id("sakura-1")}, {"person", log_id("山田 花子")}, {"other", log_id("")}});
  CHECK(log.last_after_time() ==
        R"~(,"level":"info","event":"a.b","clinic":"sakura-1","person":"(not an id)","other":"(not an id)"})~");
}

TEST_CASE("log: an error brings its code and message") {
  captured_log log;
  log_error("store.commit_failed", make_error(ec::store_unavailable, "disk full"), {{"events", 3}});
  CHECK(log.last_after_time() ==
        R"(,"level":"error","event":"store.commit_failed","events":3,"code":"store_unavailable","error":"disk full"})");
}

TEST_CASE("log: each level shows itself and the graver ones") {
  const std::vector<const char*> levels{"trace", "debug", "info", "warn", "error"};
  for (size_t i = 0; i < levels.size(); ++i) {
    CAPTURE(levels[i]);
    captured_log log{levels[i]};
    log_trace("a.b");
    log_debug("a.b");
    log_info("a.b");
    log_warn("a.b");
    log_error("a.b");
    CHECK(log.lines.size() == levels.size() - i);
  }
}

TEST_CASE("log: a flood of one event is cut and leaves the others alone") {
  captured_log log{"info", 10};
  for (int i = 0; i < 1000; ++i)
    log_info("flood.event");
  // A second may end while the loop runs.
  CHECK(log.lines.size() >= 10);
  CHECK(log.lines.size() <= 20);
  const auto before = log.lines.size();
  log_info("other.event");
  CHECK(log.lines.size() == before + 1);
}
