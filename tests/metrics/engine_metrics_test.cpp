#include "metrics/engine_metrics.hpp"
#include "metrics/names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace machiai;

namespace {

const std::vector<std::string> routes{"/v1/clinics/{clinic}", "/v1/clinics/{clinic}/board"};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// Names and labels of all series, without their values.
std::set<std::string> series_of(const std::string& text) {
  std::set<std::string> series;
  for (const auto& line : lines_of(text))
    if (!line.starts_with('#'))
      series.insert(line.substr(0, line.rfind(' ')));
  return series;
}

bool has_line(const std::string& text, const std::string& line) {
  const auto lines = lines_of(text);
  return std::ranges::find(lines, line) != lines.end();
}

/// Uses everything at random, unknown and hostile values included.
void use(const engine_metrics& metrics, std::mt19937& random) {
  const auto any = [&random]<class Label>(std::in_place_type_t<Label>) {
    return static_cast<Label>(random() % label_count<Label>);
  };
  for (int i = 0; i < 1000; ++i) {
    metrics.connections(any(std::in_place_type<role_label>)).add(random() % 2 == 0 ? 1 : -1);
    metrics.frames(any(std::in_place_type<direction_label>)).add();
    metrics.bytes(any(std::in_place_type<direction_label>)).add(random() % 1000);
    metrics.closes(close_label_of(static_cast<unsigned>(random() % 6000))).add();
    metrics.commands(any(std::in_place_type<command_label>), any(std::in_place_type<outcome_label>)).add();
    metrics.command_commit_seconds.observe(static_cast<double>(random() % 10'000) / 1000);
    metrics.commit_events.observe(static_cast<double>(random() % 10'000));
    metrics.people(any(std::in_place_type<presence_label>)).add();
    metrics.count_http_request("/v1/clinics/" + std::to_string(random()), static_cast<unsigned>(random() % 700));
    metrics.count_http_request(routes[random() % routes.size()], 200);
  }
}

} // namespace

TEST_CASE("metric table: holds every metric once, named by Prometheus' rules") {
  std::set<std::string_view> names;
  std::set<metric> ids;
  const std::regex snake_case{"[a-z][a-z0-9]*(_[a-z0-9]+)*"};
  for (const auto& row : metric_table) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(ids.insert(row.id).second);
    CHECK(std::regex_match(std::string{row.name}, snake_case));
    CHECK((row.name.starts_with("machiai_") || row.name.starts_with("process_")));
    CHECK(row.name.ends_with("_total") == (row.kind == metric_kind::counter));
    CHECK(row.name.find("_ms") == std::string_view::npos);
    CHECK(row.help.ends_with('.'));
    CHECK((row.kind == metric_kind::histogram) != row.buckets.empty());
    CHECK(std::ranges::is_sorted(row.buckets));
    if (row.kind == metric_kind::histogram)
      CHECK((row.name.ends_with("_seconds") || row.name.ends_with("_events")));
  }
  CHECK(ids.size() == static_cast<size_t>(metric::process_start_time) + 1);
}

TEST_CASE("metric table: labels are few, known beforehand and never name a person, room or clinic") {
  for (const auto& row : metric_table) {
    size_t series = 1;
    for (const auto& label : row.labels) {
      if (label.name.empty())
        continue;
      CAPTURE(label.name);
      for (const auto* banned : {"clinic", "room", "patient", "person", "user", "session", "address", "url"})
        CHECK(label.name != banned);
      std::set<std::string_view> values{label.values.begin(), label.values.end()};
      CHECK(values.size() == label.values.size());
      CHECK_FALSE(values.contains(""));
      series *= std::max<size_t>(label.values.size(), 1);
    }
    CHECK_MESSAGE(series <= 100, row.name);
  }
}

TEST_CASE("metrics: every series is there at zero from the start, and use adds none") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  engine_metrics metrics{routes};
  const auto before = series_of(metrics.text());
  size_t expected = 0;
  for (const auto& row : metric_table) {
    size_t series = row.buckets.empty() ? 1 : row.buckets.size() + 3;
    for (const auto& label : row.labels)
      if (!label.name.empty())
        series *= label.values.empty() ? routes.size() + 1 : label.values.size();
    expected += series;
  }
  CHECK(before.size() == expected);
  CHECK(has_line(metrics.text(), R"(machiai_commands_total{kind="admit",outcome="ok"} 0)"));
  use(metrics, random);
  CHECK(series_of(metrics.text()) == before);
}

TEST_CASE("metrics: what is counted shows under its labels") {
  engine_metrics metrics{routes};
  metrics.connections(role_label::staff).add(3);
  metrics.connections(role_label::staff).add(-1);
  metrics.bytes(direction_label::out).add(1000);
  metrics.commands(command_label::cancel_appointment, outcome_label::failed).add();
  metrics.closes(close_label_of(1009)).add();
  metrics.closes(close_label_of(4103)).add(2);
  metrics.closes(close_label_of(3000)).add();
  metrics.commit_socket_seconds.observe(0.5);
  metrics.commit_socket_seconds.observe(0.6);
  metrics.count_http_request(routes[1], 404);
  metrics.count_http_request("/v1/secret/yamada", 200);
  metrics.auth_failures(auth_failure_label::expired).add();
  const auto text = metrics.text();
  for (const auto* line :
       {R"(machiai_ws_connections{role="staff"} 2)", R"(machiai_ws_bytes_total{direction="out"} 1000)",
        R"(machiai_commands_total{kind="cancel_appointment",outcome="failed"} 1)",
        R"(machiai_ws_closes_total{code="1009"} 1)", R"(machiai_ws_closes_total{code="4103"} 2)",
        R"(machiai_ws_closes_total{code="other"} 1)", R"(machiai_commit_socket_duration_seconds_bucket{le="0.5"} 1)",
        R"(machiai_commit_socket_duration_seconds_bucket{le="1"} 2)",
        R"(machiai_http_requests_total{code="4xx",route="/v1/clinics/{clinic}/board"} 1)",
        R"(machiai_http_requests_total{code="2xx",route="other"} 1)",
        R"(machiai_auth_failures_total{reason="expired"} 1)"})
    CHECK_MESSAGE(has_line(text, line), line);
  CHECK(text.find("yamada") == std::string::npos);
}

TEST_CASE("metrics: the process measures itself") {
  engine_metrics metrics;
  const auto text = metrics.text();
  std::smatch match;
  REQUIRE(std::regex_search(text, match, std::regex{"\nprocess_open_fds (\\d+)\n"}));
  const auto before = std::stoi(match[1]);
  CHECK(before >= 3);
  const auto extra = ::dup(0);
  CHECK(has_line(metrics.text(), "process_open_fds " + std::to_string(before + 1)));
  ::close(extra);
  REQUIRE(std::regex_search(text, match, std::regex{"\nprocess_resident_memory_bytes (\\S+)\n"}));
  CHECK(std::stod(match[1]) > 1e6);
}

TEST_CASE("labels: a word finds its label and only its own") {
  CHECK(label_of<command_label>("reopen_consultation") == command_label::reopen_consultation);
  CHECK(label_of<command_label>("cancel_appointment") == command_label::cancel_appointment);
  CHECK(label_of<role_label>("operator") == role_label::operator_);
  CHECK_FALSE(label_of<command_label>("drop_table"));
  CHECK(label_word(actor_label::guest) == "guest");
  CHECK(label_word(close_label::code_1013) == "1013");
  CHECK(close_label_of(1000) == close_label::code_1000);
  CHECK(close_label_of(4207) == close_label::code_4207);
  for (const auto code : {0U, 999U, 1004U, 3000U, 4001U, 4208U, 4300U})
    CHECK(close_label_of(code) == close_label::other);
  CHECK(status_label_of(503) == status_label::server_error);
  CHECK(status_label_of(0) == status_label::server_error);
}

TEST_CASE("metrics: promtool finds nothing to complain about") {
  const auto file = std::filesystem::temp_directory_path() / ("machiai-metrics-" + std::to_string(::getpid()));
  engine_metrics metrics{routes};
  std::ofstream{file} << metrics.text();
  CHECK(std::system(("promtool check metrics < " + file.string()).c_str()) == 0);
  std::filesystem::remove(file);
}
