#include "gateway/shard_metrics.hpp"

#include "config/error.hpp"
#include "config/monotonic_clock.hpp"
#include "store/enum_words.hpp"

namespace machiai {

namespace {

bool is_fault_of_engine(ec code) {
  switch (code) {
  case ec::timed_out:
  case ec::store_unavailable:
  case ec::stale_epoch:
  case ec::store_version:
  case ec::store_damaged:
  case ec::system_failure:
  case ec::internal:
    return true;
  default:
    return false;
  }
}

} // namespace

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

void shard_metrics::command_refused(command_kind kind, const caf::error& why) const {
  command_done(kind, is_fault_of_engine(code_of(why)) ? outcome_label::failed : outcome_label::refused);
}

void shard_metrics::unknown_command() const {
  if (metrics_)
    metrics_->commands(command_label::unknown, outcome_label::refused).add();
}

void shard_metrics::command_took(int64_t length_ms) const {
  if (metrics_)
    metrics_->command_commit_seconds.observe(static_cast<double>(length_ms) / 1000.0);
}

void shard_metrics::feed_written(int64_t decided_at_us, int64_t committed_at_us) const {
  if (!metrics_ || committed_at_us == 0)
    return;
  const auto now_us = monotonic_us();
  metrics_->commit_socket_seconds.observe(static_cast<double>(now_us - committed_at_us) / 1e6);
  metrics_->change_delivery_seconds.observe(static_cast<double>(now_us - decided_at_us) / 1e6);
}

void shard_metrics::loop_lagged(std::chrono::steady_clock::duration by) const {
  if (metrics_)
    metrics_->event_loop_lag_seconds.observe(std::chrono::duration<double>(by).count());
}

static_assert(static_cast<int>(resume_outcome::reload) == static_cast<int>(resume_label::reload));
static_assert(static_cast<int>(auth_failure::not_allowed) == static_cast<int>(auth_failure_label::not_allowed));

} // namespace machiai
