#pragma once

#include "metrics/instruments.hpp"
#include "metrics/state_labels.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// Every metric of the engine (metrics/names.hpp), all series there from the start at zero, so that rates exist before
/// the first event. One object per process, outliving everybody who counts; its methods may be called from any thread.
class engine_metrics {
public:
  /// `routes` are the HTTP API's route templates such as `/v1/clinics/{clinic}`; a request to none of them counts as
  /// `other`.
  explicit engine_metrics(std::vector<std::string> routes = {});
  ~engine_metrics();
  engine_metrics(const engine_metrics&) = delete;
  engine_metrics& operator=(const engine_metrics&) = delete;

  per_label<role_label, gauge_handle> connections;
  gauge_handle connections_max;
  per_label<direction_label, counter_handle> frames;
  per_label<direction_label, counter_handle> bytes;
  per_label<close_label, counter_handle> closes;
  per_label<resume_label, counter_handle> resumes;
  per_label<refusal_label, counter_handle> refusals;
  per_label<overflow_label, counter_handle> send_overflows;
  per_pair<command_label, outcome_label, counter_handle> commands;
  /// Seconds from a command's arrival to the commit of its events, and from there to the socket.
  histogram_handle command_commit_seconds;
  histogram_handle commit_socket_seconds;
  /// From a clinic's decision to the socket: what the objective for presence changes is about.
  histogram_handle change_delivery_seconds;
  histogram_handle commit_seconds;
  histogram_handle commit_events;
  gauge_handle waiting_rows;
  gauge_handle waiting_rows_max;
  gauge_handle store_writes;
  counter_handle store_failures;
  per_label<presence_label, gauge_handle> people;
  gauge_handle rooms_in_consultation;
  gauge_handle call_endpoints;
  per_label<signal_label, counter_handle> signals;
  per_label<actor_label, gauge_handle> actors;
  per_label<actor_label, counter_handle> actor_restarts;
  gauge_handle clinics_failing;
  histogram_handle clinic_wake_seconds;
  per_label<audit_outcome_label, counter_handle> audit_looks;
  per_label<audit_label, counter_handle> audit_mismatches;
  per_label<synthetic_label, counter_handle> synthetic_visits;
  histogram_handle synthetic_visit_seconds;
  per_label<auth_failure_label, counter_handle> auth_failures;
  histogram_handle event_loop_lag_seconds;

  /// `route` is one of the constructor's templates, never the path a client sent.
  void count_http_request(std::string_view route, unsigned status) const;

  /// Everything as Prometheus text, the process's own figures measured now.
  std::string text();

private:
  struct registry;

  void measure_process();

  std::unique_ptr<registry> registry_;
  std::vector<std::string> routes_;
  std::vector<counter_handle> http_requests_;
  gauge_handle clock_behind_;
  gauge_handle open_fds_;
  gauge_handle max_fds_;
  gauge_handle resident_memory_;
};

} // namespace machiai
