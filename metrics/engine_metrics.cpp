#include "metrics/engine_metrics.hpp"

#include "config/error.hpp"
#include "config/wall_clock.hpp"
#include "metrics/exposition.hpp"
#include "metrics/names.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>

namespace machiai {

namespace {

const metric_row& row_of(metric id) {
  const auto* found = std::ranges::find(metric_table, id, &metric_row::id);
  invariant(found != metric_table.end(), "every metric stands in the table");
  return *found;
}

/// Every combination of a row's label values, the last label changing fastest: the order of per_label and per_pair.
std::vector<prometheus::Labels> label_sets(const metric_row& row, const std::vector<std::string>& routes) {
  std::vector<prometheus::Labels> sets{{}};
  for (const auto& label : row.labels) {
    if (label.name.empty())
      continue;
    std::vector<std::string> values{label.values.begin(), label.values.end()};
    if (values.empty())
      values = routes;
    std::vector<prometheus::Labels> longer;
    for (const auto& set : sets)
      for (const auto& value : values) {
        longer.push_back(set);
        longer.back()[std::string{label.name}] = value;
      }
    sets = std::move(longer);
  }
  return sets;
}

template <class Build, class Make>
auto make_series(prometheus::Registry& into, const metric_row& row, const std::vector<std::string>& routes, Build build,
                 Make make) {
  auto& family = build().Name(std::string{row.name}).Help(std::string{row.help}).Register(into);
  std::vector<decltype(make(family, prometheus::Labels{}))> handles;
  for (const auto& labels : label_sets(row, routes))
    handles.push_back(make(family, labels));
  return handles;
}

std::vector<counter_handle> make_counters(prometheus::Registry& into, metric id,
                                          const std::vector<std::string>& routes = {}) {
  return make_series(into, row_of(id), routes, prometheus::BuildCounter,
                     [](auto& family, const auto& labels) { return counter_handle{family.Add(labels)}; });
}

std::vector<gauge_handle> make_gauges(prometheus::Registry& into, metric id) {
  return make_series(into, row_of(id), {}, prometheus::BuildGauge,
                     [](auto& family, const auto& labels) { return gauge_handle{family.Add(labels)}; });
}

histogram_handle make_histogram(prometheus::Registry& into, metric id) {
  const auto& row = row_of(id);
  const prometheus::Histogram::BucketBoundaries buckets{row.buckets.begin(), row.buckets.end()};
  return make_series(into, row, {}, prometheus::BuildHistogram, [&buckets](auto& family, const auto& labels) {
    return histogram_handle{family.Add(labels, buckets)};
  })[0];
}

template <class Family, class Handle>
void fill(Family& family, const std::vector<Handle>& handles) {
  invariant(handles.size() == family.size(), "a metric has as many series as its labels have values");
  for (size_t i = 0; i < handles.size(); ++i)
    family[i] = handles[i];
}

double resident_bytes() {
  uint64_t total_pages = 0;
  uint64_t resident_pages = 0;
  std::ifstream{"/proc/self/statm"} >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const auto folder = std::filesystem::directory_iterator{"/proc/self/fd", error};
  // One of them is the folder being read.
  return error ? 0.0 : static_cast<double>(std::distance(folder, {}) - 1);
}

} // namespace

struct engine_metrics::registry {
  prometheus::Registry held;
};

engine_metrics::engine_metrics(std::vector<std::string> routes)
    : registry_(std::make_unique<registry>()), routes_(std::move(routes)) {
  auto& into = registry_->held;
  routes_.emplace_back("other");
  fill(connections, make_gauges(into, metric::ws_connections));
  connections_max = make_gauges(into, metric::connections_max)[0];
  fill(frames, make_counters(into, metric::ws_frames));
  fill(bytes, make_counters(into, metric::ws_bytes));
  fill(closes, make_counters(into, metric::ws_closes));
  fill(resumes, make_counters(into, metric::ws_resumes));
  fill(refusals, make_counters(into, metric::ws_refusals));
  fill(send_overflows, make_counters(into, metric::send_overflows));
  fill(commands, make_counters(into, metric::commands));
  command_commit_seconds = make_histogram(into, metric::command_commit);
  commit_socket_seconds = make_histogram(into, metric::commit_socket);
  change_delivery_seconds = make_histogram(into, metric::change_delivery);
  commit_seconds = make_histogram(into, metric::commit);
  commit_events = make_histogram(into, metric::commit_events);
  waiting_rows = make_gauges(into, metric::waiting_rows)[0];
  waiting_rows_max = make_gauges(into, metric::waiting_rows_max)[0];
  store_writes = make_gauges(into, metric::store_writes)[0];
  store_failures = make_counters(into, metric::store_failures)[0];
  fill(people, make_gauges(into, metric::people));
  rooms_in_consultation = make_gauges(into, metric::rooms_in_consultation)[0];
  call_endpoints = make_gauges(into, metric::call_endpoints)[0];
  fill(signals, make_counters(into, metric::signals));
  fill(actors, make_gauges(into, metric::actors));
  fill(actor_restarts, make_counters(into, metric::actor_restarts));
  clinics_failing = make_gauges(into, metric::clinics_failing)[0];
  clinic_wake_seconds = make_histogram(into, metric::clinic_wake);
  fill(audit_looks, make_counters(into, metric::audit_looks));
  fill(audit_mismatches, make_counters(into, metric::audit_mismatches));
  fill(synthetic_visits, make_counters(into, metric::synthetic_visits));
  synthetic_visit_seconds = make_histogram(into, metric::synthetic_visit);
  fill(auth_failures, make_counters(into, metric::auth_failures));
  http_requests_ = make_counters(into, metric::http_requests, routes_);
  event_loop_lag_seconds = make_histogram(into, metric::event_loop_lag);
  clock_behind_ = make_gauges(into, metric::clock_behind)[0];
  open_fds_ = make_gauges(into, metric::process_open_fds)[0];
  max_fds_ = make_gauges(into, metric::process_max_fds)[0];
  resident_memory_ = make_gauges(into, metric::process_resident_memory)[0];
  make_gauges(into, metric::process_start_time)[0].set(static_cast<double>(system_wall_clock().now_ms()) / 1000);
}

engine_metrics::~engine_metrics() = default;

void engine_metrics::count_http_request(std::string_view route, unsigned status) const {
  const auto found = std::ranges::find(routes_, route);
  const auto index = static_cast<size_t>(found == routes_.end() ? std::ssize(routes_) - 1 : found - routes_.begin());
  http_requests_[index * label_count<status_label> + static_cast<size_t>(status_label_of(status))].add();
}

void engine_metrics::measure_process() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    max_fds_.set(static_cast<double>(limit.rlim_cur));
  open_fds_.set(open_descriptors());
  resident_memory_.set(resident_bytes());
  clock_behind_.set(static_cast<double>(system_wall_clock().behind_ms()) / 1000);
}

std::string engine_metrics::text() {
  measure_process();
  return exposition(registry_->held);
}

} // namespace machiai
