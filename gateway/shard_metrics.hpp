#pragma once

#include "actors/shard_messages.hpp"
#include "gateway/auth_failure.hpp"
#include "gateway/command_kind.hpp"
#include "metrics/engine_metrics.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <cstdint>

namespace machiai {

/// Counts what a shard does with sessions and commands. With no metrics behind it (tests) it counts nothing.
class shard_metrics {
public:
  explicit shard_metrics(engine_metrics* metrics) : metrics_(metrics) {}

  /// A session's role became known; `from` is what it counted as before.
  void role_changed(role_label from, role to) const;
  void session_ended(role_label counted_as) const;
  void resumed(resume_outcome outcome) const;
  void token_refused(auth_failure why) const;
  void token_refused_unseen() const;
  /// A hello came during the planned end.
  void refused_draining() const;
  void command_done(command_kind kind, outcome_label outcome) const;
  /// The answer was no: by the rules, or because the engine could not.
  void command_refused(command_kind kind, const caf::error& why) const;
  void unknown_command() const;
  /// From a command's arrival to its answer, in milliseconds.
  void command_took(int64_t length_ms) const;
  /// From the decision and the commit (monotonic clock of this machine; 0 for unknown) to now, when its frames were
  /// written to the sockets that take them.
  void feed_written(int64_t decided_at_us, int64_t committed_at_us) const;
  /// The loop came so much later than it should to its regular work.
  void loop_lagged(std::chrono::steady_clock::duration by) const;

private:
  engine_metrics* metrics_;
};

role_label label_of_role(role who);

} // namespace machiai
