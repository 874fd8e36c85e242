#pragma once

#include "metrics/state_labels.hpp"

#include <array>
#include <span>
#include <string_view>

/// What the table of metrics (metrics/names.hpp) is made of.
namespace machiai {

enum class metric : uint8_t {
  ws_connections,
  connections_max,
  ws_frames,
  ws_bytes,
  ws_closes,
  ws_resumes,
  ws_refusals,
  send_overflows,
  commands,
  command_commit,
  commit_socket,
  change_delivery,
  commit,
  commit_events,
  waiting_rows,
  waiting_rows_max,
  store_writes,
  store_failures,
  people,
  rooms_in_consultation,
  call_endpoints,
  signals,
  actors,
  actor_restarts,
  clinics_failing,
  clinic_wake,
  audit_looks,
  audit_mismatches,
  synthetic_visits,
  synthetic_visit,
  auth_failures,
  http_requests,
  event_loop_lag,
  clock_behind,
  process_open_fds,
  process_max_fds,
  process_resident_memory,
  process_start_time,
};

enum class metric_kind : uint8_t { counter, gauge, histogram };

struct metric_label {
  std::string_view name;
  /// Empty for `route`, whose values are the route templates given at construction.
  std::span<const std::string_view> values;
};

struct metric_row {
  metric id;
  metric_kind kind;
  std::string_view name;
  std::string_view help;
  std::array<metric_label, 2> labels{};
  std::span<const double> buckets{};
};

template <class Label>
constexpr metric_label label(std::string_view name) {
  return {name, label_words<Label>::value};
}

/// An edge lies on each objective: 500 ms for a presence change.
inline constexpr std::array latency_buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0};
inline constexpr std::array commit_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0};
inline constexpr std::array batch_buckets{1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0};

} // namespace machiai
