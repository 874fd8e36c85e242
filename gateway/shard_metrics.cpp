#include "gateway/shard_metrics.hpp"

#include "store/enum_words.hpp"

#include <chrono>

namespace machiai {

role_label label_of_role(role who) {
  return label_of<role_label>(word_of(who)).value_or(role_label::none);
}

void shard_metrics::role_changed(role_label from, role to) const {
  if (!metrics_)
    return;
  metrics_->connections(from).add(-1);
  metrics_->connections(label_of_role(to)).add(1);
}

void shard_metrics::session_ended(role_label counted_as) const {
  if (metrics_)
    metrics_->connections(counted_as).add(-1);
}

void shard_metrics::resumed(resume_outcome outcome) const {
  if (metrics_)
    metrics_->resumes(static_cast<resume_label>(outcome)).add();
}

void shard_metrics::token_refused(auth_failure why) const {
  if (metrics_)
    metrics_->auth_failures(static_cast<auth_failure_label>(why)).add();
}

void shard_metrics::token_refused_unseen() const {
  if (metrics_)
    metrics_->auth_failures(auth_failure_label::refused_unseen).add();
}

void shard_metrics::refused_draining() const {
  if (metrics_)
    metrics_->refusals(refusal_label::draining).add();
}

void shard_metrics::command_done(command_kind kind, outcome_label outcome) const {
  if (metrics_)
    metrics_->commands(label_of<command_label>(word_of(kind)).value_or(command_label::unknown), outcome).add();
}

void shard_metrics::unknown_command() const {
  if (metrics_)
    metrics_->commands(command_label::unknown, outcome_label::refused).add();
}

void shard_metrics::command_took(int64_t length_ms) const {
  if (metrics_)
    metrics_->command_commit_seconds.observe(static_cast<double>(length_ms) / 1000.0);
}

void shard_metrics::feed_written(int64_t committed_at_us) const {
  if (!metrics_ || committed_at_us == 0)
    return;
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  const auto now_us = std::chrono::duration_cast<std::chrono::microseconds>(since_start).count();
  metrics_->commit_socket_seconds.observe(static_cast<double>(now_us - committed_at_us) / 1e6);
}

static_assert(static_cast<int>(resume_outcome::reload) == static_cast<int>(resume_label::reload));
static_assert(static_cast<int>(auth_failure::not_allowed) == static_cast<int>(auth_failure_label::not_allowed));

} // namespace machiai
