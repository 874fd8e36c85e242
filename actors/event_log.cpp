#include "actors/event_log.hpp"

#include "config/error.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace machiai {

namespace {

template <class T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

void event_log_state::init(environment shared, std::shared_ptr<event_store> store) {
  shared_ = std::move(shared);
  store_ = std::move(store);
  prove_alive();
  self_->delayed_send(self_, milliseconds{shared_.settings->store.index_interval_ms}, index_due{});
}

void event_log_state::add(append& x) {
  const auto sender = caf::actor_cast<clinic_actor>(self_->current_sender());
  const auto [it, is_new] = place_in_batch_.try_emplace(x.what.clinic, gathered_.appends.size());
  if (is_new) {
    gathered_.appends.push_back(std::move(x.what));
    writers_.push_back({sender, x.ticket});
  } else if (auto& known = gathered_.appends[it->second]; known.epoch == x.what.epoch) {
    move_all(x.what.events, known.events);
    move_all(x.what.answers, known.answers);
    move_all(x.what.outbox, known.outbox);
    if (x.what.snapshot)
      known.snapshot = std::move(x.what.snapshot);
    writers_[it->second].ticket = x.ticket;
  } else {
    // A clinic that was taken over within one batch: the newer owner's append stands for itself.
    it->second = gathered_.appends.size();
    gathered_.appends.push_back(std::move(x.what));
    writers_.push_back({sender, x.ticket});
  }
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
  if (due > now)
    self_->delayed_send(self_, due - now, flush_due{});
  else
    self_->send(self_, flush_due{});
}

void event_log_state::flush() {
  flush_scheduled_ = false;
  commit_gathered();
  answer_wakes();
}

void event_log_state::commit_gathered() {
  if (gathered_.appends.empty())
    return;
  const auto outcome = store_->commit(gathered_);
  last_commit_ = self_->clock().now();
  for (size_t i = 0; i < writers_.size(); ++i) {
    const auto& to = writers_[i];
    if (!outcome)
      self_->send(to.clinic, append_failed{outcome.error()});
    else if (std::binary_search(outcome->refused.begin(), outcome->refused.end(), i))
      self_->send(to.clinic, append_failed{make_error(ec::stale_epoch, "the store refused the append")});
    else
      self_->send(to.clinic, appended{to.ticket});
  }
  gathered_.appends.clear();
  writers_.clear();
  place_in_batch_.clear();
}

void event_log_state::answer_wakes() {
  if (wakes_.empty())
    return;
  auto wakes = std::exchange(wakes_, {});
  std::vector<clinic_id> ids;
  for (const auto& x : wakes)
    ids.push_back(x.clinic);
  auto owners = store_->take_over(ids, shared_.engine);
  for (size_t i = 0; i < wakes.size(); ++i) {
    if (!owners) {
      wakes[i].promise.deliver(owners.error());
      continue;
    }
    auto history = store_->load(ids[i]);
    if (history)
      wakes[i].promise.deliver(clinic_woken{ids[i], (*owners)[i], std::move(*history)});
    else
      wakes[i].promise.deliver(history.error());
  }
}

caf::result<clinic_list> event_log_state::clinics() {
  auto found = store_->clinics();
  if (!found)
    return found.error();
  return clinic_list{std::move(*found)};
}

caf::result<bool> event_log_state::end_cleanly() {
  ending_ = true;
  flush();
  if (auto done = store_->mark_alive({shared_.engine, shared_.clock(), true}); !done)
    return done.error();
  return true;
}

void event_log_state::prove_alive() {
  if (ending_)
    return;
  // A mark that cannot be written only makes a later crash forget more; the commits themselves say that the store
  // fails.
  static_cast<void>(store_->mark_alive({shared_.engine, shared_.clock(), false}));
  self_->delayed_send(self_, milliseconds{shared_.settings->presence.alive_interval_ms}, alive_due{});
}

void event_log_state::extend_index() {
  const auto done = store_->index_step(shared_.settings->store.index_rows_max);
  const auto more = done && *done == shared_.settings->store.index_rows_max;
  const auto pause = more ? milliseconds{1} : milliseconds{shared_.settings->store.index_interval_ms};
  self_->delayed_send(self_, pause, index_due{});
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
