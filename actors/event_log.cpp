#include "actors/event_log.hpp"

#include "config/error.hpp"
#include "config/fail_point.hpp"
#include "config/fixed_limits.hpp"
#include "config/log.hpp"
#include "config/monotonic_clock.hpp"
#include "metrics/engine_metrics.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

namespace machiai {

namespace {

/// Between two attempts to learn what became of a commit.
constexpr milliseconds ask_again_after{200};

/// A clinic that wakes reads all rows behind the index, whosesoever they are: with more of them than this, and many
/// clinics to wake, it is cheaper to extend the index first.
constexpr size_t unindexed_rows_max = 256;

/// Up to here a log with a thread of its own sleeps until the next commit is due. CAF's timer, which leaves the log
/// free to hear other messages meanwhile, would wake a second thread for every commit.
constexpr milliseconds own_sleep_max{5};

template <class T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// What the batch holds made the store fail, not what the store is on.
bool is_about_rows(const caf::error& problem) {
  return problem && (code_of(problem) == ec::internal || code_of(problem) == ec::store_damaged);
}

} // namespace

void event_log_state::init(environment shared, std::shared_ptr<event_store> store) {
  shared_ = std::move(shared);
  store_ = std::move(store);
  started_at_ = self_->clock().now();
  prove_alive();
  self_->delayed_send(self_, milliseconds{shared_.settings->store.index_interval_ms}, index_due{});
}

void event_log_state::add(append& x) {
  const auto sender = caf::actor_cast<clinic_actor>(self_->current_sender());
  gathered_.rows += rows_of(x.what);
  auto& appends = gathered_.what.appends;
  const auto [it, is_new] = gathered_.places.try_emplace(x.what.clinic, appends.size());
  if (!is_new && appends[it->second].epoch == x.what.epoch) {
    auto& known = appends[it->second];
    move_all(x.what.events, known.events);
    move_all(x.what.answers, known.answers);
    move_all(x.what.outbox, known.outbox);
    if (x.what.snapshot)
      known.snapshot = std::move(x.what.snapshot);
    gathered_.writers[it->second].ticket = x.ticket;
  } else {
    // A clinic that was taken over within one batch: the newer owner's append stands for itself.
    it->second = appends.size();
    appends.push_back(std::move(x.what));
    gathered_.writers.push_back({sender, x.ticket});
  }
  if (gathered_.rows >= shared_.settings->store.batch_rows_max && due_.empty())
    commit_gathered();
  schedule_flush();
}

caf::result<clinic_woken> event_log_state::wake(const wake_clinic& x) {
  auto promise = self_->make_response_promise<clinic_woken>();
  wakes_.push_back({x.clinic, promise});
  schedule_flush();
  return promise;
}

void event_log_state::schedule_flush() {
  if (flush_scheduled_)
    return;
  flush_scheduled_ = true;
  // Whatever is in the mailbox already stands before this message and so comes along.
  const auto due = last_commit_ + std::chrono::microseconds{shared_.settings->store.commit_interval_us};
  const auto now = self_->clock().now();
  if (due > now) {
    if (due - now > own_sleep_max || !self_->getf(caf::abstract_actor::is_detached_flag)) {
      self_->delayed_send(self_, due - now, flush_due{});
      return;
    }
    std::this_thread::sleep_for(due - now);
  }
  self_->send(self_, flush_due{});
}

void event_log_state::flush() {
  flush_scheduled_ = false;
  const auto was_unknown = !due_.empty();
  if (!commit_gathered()) {
    flush_scheduled_ = true;
    self_->delayed_send(self_, ask_again_after, flush_due{});
    return;
  }
  // Wake-ups wait for what gathered meanwhile as well.
  if (was_unknown)
    return schedule_flush();
  answer_wakes();
}

bool event_log_state::commit_gathered() {
  if (due_.empty()) {
    drop_lost(gathered_);
    if (gathered_.what.appends.empty())
      return true;
    due_.push_back(std::exchange(gathered_, {}));
  }
  while (!due_.empty())
    if (!commit_next())
      return false;
  return true;
}

bool event_log_state::commit_next() {
  const auto& next = due_.front();
  const auto begun_us = monotonic_us();
  const auto snaps = std::ranges::any_of(next.what.appends, [](const auto& x) { return x.snapshot.has_value(); });
  fail_point(snaps ? "snapshot.before" : "commit.before");
  const store_question owed{*shared_.ready};
  const auto outcome = store_->commit(next.what);
  fail_point(snaps ? "snapshot.after" : "commit.after");
  const auto problem = outcome ? caf::error{} : outcome.error();
  measure(next, problem, monotonic_us() - begun_us);
  last_commit_ = self_->clock().now();
  if (problem && code_of(problem) == ec::timed_out)
    return false;
  auto done = std::move(due_.front());
  due_.pop_front();
  if (is_about_rows(problem) && done.writers.size() > 1)
    split(std::move(done));
  else
    tell_writers(done, outcome);
  return true;
}

void event_log_state::split(batch x) {
  const auto half = x.writers.size() / 2;
  for (const auto& [first, last] : {std::pair{half, x.writers.size()}, std::pair{size_t{0}, half}}) {
    batch part;
    for (auto i = first; i < last; ++i) {
      part.rows += rows_of(x.what.appends[i]);
      part.what.appends.push_back(std::move(x.what.appends[i]));
      part.writers.push_back(std::move(x.writers[i]));
    }
    due_.push_front(std::move(part));
  }
}

void event_log_state::note_writing(const caf::error& problem) {
  const auto wrote = shared_.ready->store_writes.exchange(!problem);
  if (shared_.metrics)
    shared_.metrics->store_writes.set(problem ? 0 : 1);
  if (wrote && problem)
    log_error("store.stopped_writing", problem);
  else if (!wrote && !problem)
    log_info("store.writes_again");
}

void event_log_state::measure(const batch& done, const caf::error& problem, int64_t length_us) {
  if (is_about_rows(problem))
    log_error("store.refused_rows", problem, {{"clinics", done.writers.size()}});
  else
    note_writing(problem);
  if (!shared_.metrics)
    return;
  shared_.metrics->commit_seconds.observe(static_cast<double>(length_us) / 1e6);
  size_t events = 0;
  for (const auto& x : done.what.appends)
    events += x.events.size();
  shared_.metrics->commit_events.observe(static_cast<double>(events));
  if (problem)
    shared_.metrics->store_failures.add();
}

void event_log_state::tell_writers(const batch& done, const caf::expected<commit_outcome>& outcome) {
  fail_point("publish.before");
  shared_.count_waiting(-static_cast<int64_t>(done.rows));
  unindexed_rows_ += done.rows;
  const auto now_us = monotonic_us();
  for (size_t i = 0; i < done.writers.size(); ++i) {
    const auto& to = done.writers[i];
    const auto refused = outcome && std::binary_search(outcome->refused.begin(), outcome->refused.end(), i);
    if (outcome && !refused) {
      self_->send(to.clinic, appended{to.ticket, now_us});
      continue;
    }
    lost_[done.what.appends[i].clinic] = done.what.appends[i].epoch;
    self_->send(to.clinic,
                append_failed{refused ? make_error(ec::stale_epoch, "the store refused the append") : outcome.error()});
  }
  fail_point("publish.after");
}

void event_log_state::drop_lost(batch& x) {
  if (lost_.empty())
    return;
  batch kept;
  for (size_t i = 0; i < x.writers.size(); ++i) {
    auto& what = x.what.appends[i];
    const auto rows = rows_of(what);
    if (const auto it = lost_.find(what.clinic); it != lost_.end() && it->second == what.epoch) {
      shared_.count_waiting(-static_cast<int64_t>(rows));
      self_->send(x.writers[i].clinic, append_failed{make_error(ec::store_unavailable, "an earlier append was lost")});
      continue;
    }
    kept.rows += rows;
    kept.what.appends.push_back(std::move(what));
    kept.writers.push_back(x.writers[i]);
  }
  x = std::move(kept);
}

void event_log_state::answer_wakes() {
  if (wakes_.empty())
    return;
  if (unindexed_rows_ > unindexed_rows_max)
    extend_index_once();
  auto wakes = std::exchange(wakes_, {});
  std::vector<clinic_id> ids;
  ids.reserve(wakes.size());
  for (const auto& x : wakes)
    ids.push_back(x.clinic);
  fail_point("takeover.before");
  const auto& settings = *shared_.settings;
  const auto announced_ms = std::max(settings.connection.doubt_after_ms, settings.drain.reconnect_window_ms);
  const store_question owed{*shared_.ready};
  auto owners = store_->take_over(ids, {shared_.engine, ran_ms() + announced_ms + fixed::doubts_stored_ms});
  fail_point("takeover.after");
  note_writing(owners ? caf::error{} : owners.error());
  for (size_t i = 0; i < wakes.size(); ++i) {
    if (!owners) {
      wakes[i].promise.deliver(owners.error());
      continue;
    }
    lost_.erase(ids[i]);
    auto history = store_->load(ids[i]);
    if (history)
      wakes[i].promise.deliver(clinic_woken{ids[i], (*owners)[i], std::move(*history)});
    else
      wakes[i].promise.deliver(history.error());
  }
}

caf::result<clinic_list> event_log_state::clinics() {
  const store_question owed{*shared_.ready};
  auto found = store_->clinics();
  if (!found)
    return found.error();
  return clinic_list{std::move(*found)};
}

caf::result<bool> event_log_state::end_cleanly() {
  ending_ = true;
  flush();
  if (!due_.empty())
    return make_error(ec::timed_out, "what became of the last commit is not known");
  const store_question owed{*shared_.ready};
  if (auto done = store_->mark_alive(mark(true)); !done)
    return done.error();
  return true;
}

int64_t event_log_state::ran_ms() const {
  return std::chrono::duration_cast<milliseconds>(self_->clock().now() - started_at_).count();
}

alive_mark event_log_state::mark(bool clean) const {
  return {shared_.engine, shared_.clock(), clean, ran_ms()};
}

void event_log_state::prove_alive() {
  if (ending_)
    return;
  // A mark that cannot be written only makes a later crash forget more; the commits themselves say that the store
  // fails.
  // It is also how an idle engine finds out that its store works again.
  fail_point("mark.before");
  const store_question owed{*shared_.ready};
  const auto marked = store_->mark_alive(mark(false));
  fail_point("mark.after");
  note_writing(marked ? caf::error{} : marked.error());
  self_->delayed_send(self_, milliseconds{shared_.settings->presence.alive_interval_ms}, alive_due{});
}

bool event_log_state::extend_index_once() {
  fail_point("index.before");
  const store_question owed{*shared_.ready};
  const auto done = store_->index_step(shared_.settings->store.index_rows_max);
  fail_point("index.after");
  const auto more = done && *done == shared_.settings->store.index_rows_max;
  if (done && !more)
    unindexed_rows_ = 0;
  return more;
}

void event_log_state::extend_index() {
  // It can wait for the next start; the clinics' last words and the clean mark cannot.
  if (ending_ || shared_.ready->draining)
    return;
  prune();
  const auto more = extend_index_once();
  const auto pause = more ? milliseconds{1} : milliseconds{shared_.settings->store.index_interval_ms};
  self_->delayed_send(self_, pause, index_due{});
}

void event_log_state::prune() {
  // Twice as long as they are remembered: a clock that was set must not take away what a clinic still answers from.
  const auto remembered = milliseconds{shared_.settings->command.remember_for_ms};
  const store_question owed{*shared_.ready};
  const auto pruned = store_->prune(shared_.clock() - 2 * remembered, shared_.settings->store.prune_rows_max);
  // What stays today goes tomorrow; whether the store works is told by the commits.
  if (!pruned && code_of(pruned.error()) != ec::store_unavailable)
    log_warn("store.not_pruned", pruned.error());
}

event_log_actor::behavior_type event_log(event_log_actor::stateful_pointer<event_log_state> self, environment shared,
                                         std::shared_ptr<event_store> store) {
  self->state.init(std::move(shared), std::move(store));
  return {
      [self](const wake_clinic& x) { return self->state.wake(x); },
      [self](append& x) { self->state.add(x); },
      [self](const get_clinics&) { return self->state.clinics(); },
      [self](const mark_clean&) { return self->state.end_cleanly(); },
      [self](flush_due) { self->state.flush(); },
      [self](alive_due) { self->state.prove_alive(); },
      [self](index_due) { self->state.extend_index(); },
  };
}

} // namespace machiai
