#include "actors/registry.hpp"

#include "actors/clinic.hpp"
#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "config/log.hpp"
#include "metrics/engine_metrics.hpp"

#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

registry_state::~registry_state() {
  for (const auto& [id, known] : clinics_)
    if (known.awake)
      caf::anon_send_exit(known.awake, caf::exit_reason::user_shutdown);
}

void registry_state::init(environment shared, event_log_actor log) {
  shared_ = std::move(shared);
  log_ = std::move(log);
  self_->request(log_, milliseconds{fixed::store_answer_timeout_ms}, get_clinics{})
      .then([this](const clinic_list& x) { learn(x); }, [this](const caf::error& why) { self_->quit(why); });
}

void registry_state::learn(const clinic_list& x) {
  listed_ = true;
  for (const auto& id : x.clinics) {
    clinics_.try_emplace(id);
    dormant_.push_back(id);
  }
  for (auto& [wish, answer] : std::exchange(early_, {}))
    look_up(wish, std::move(answer));
  wake_next();
}

caf::result<clinic_actor> registry_state::find(const find_clinic& x) {
  // A promise takes the question out of CAF's hands: once it is made, nothing else answers.
  auto promise = self_->make_response_promise<clinic_actor>();
  look_up(x, [promise](caf::expected<clinic_actor> found) mutable {
    if (found)
      promise.deliver(std::move(*found));
    else
      promise.deliver(std::move(found.error()));
  });
  return promise;
}

void registry_state::seek(const seek_clinic& x) {
  const auto shard = caf::actor_cast<shard_actor>(self_->current_sender());
  look_up({x.clinic, x.create}, [this, shard, id = x.clinic](caf::expected<clinic_actor> found) {
    if (found)
      self_->send(shard, clinic_found{id, std::nullopt, caf::actor_cast<caf::strong_actor_ptr>(*found)});
    else
      self_->send(shard, clinic_found{id, found.error(), nullptr});
  });
}

void registry_state::look_up(const find_clinic& x, reply answer) {
  if (draining_)
    return answer(make_error(ec::draining, "the engine is going down for a restart"));
  if (!listed_) {
    early_.emplace_back(x, std::move(answer));
    return;
  }
  auto it = clinics_.find(x.clinic);
  if (it == clinics_.end()) {
    if (!x.create)
      return answer(make_error(ec::not_found, "there is no such clinic"));
    it = clinics_.try_emplace(x.clinic).first;
  }
  auto& known = it->second;
  if (known.awake && !known.falling_asleep)
    return answer(known.awake);
  known.waiting.push_back(std::move(answer));
  if (!known.awake)
    wake(x.clinic, known);
}

void registry_state::wake(const clinic_id& id, entry& known) {
  if (known.waking || known.awake)
    return;
  known.waking = true;
  known.waking_since = self_->clock().now();
  ++waking_;
  self_->request(log_, milliseconds{fixed::store_answer_timeout_ms}, wake_clinic{id})
      .then([this](clinic_woken& x) { woken(std::move(x)); },
            [this, id](const caf::error& why) {
              const auto is_late = why == caf::sec::request_timeout;
              not_woken(id, is_late ? make_error(ec::store_unavailable, "the store does not answer in time") : why);
            });
}

void registry_state::woken(clinic_woken x) {
  --waking_;
  const auto id = x.clinic;
  auto& known = clinics_[id];
  known.waking = false;
  if (draining_) {
    for (auto& answer : std::exchange(known.waiting, {}))
      answer(make_error(ec::draining, "the engine is going down for a restart"));
    return finish_drain();
  }
  // What its people did since then nobody can prove.
  const auto down_since = std::exchange(known.down_since, std::nullopt);
  if (auto& proven = x.owner.last_proof_at; proven && down_since)
    proven = std::min(*proven, *down_since);
  known.awake = self_->spawn(clinic, shared_, clinic_awakening{std::move(x), known.waking_since}, log_,
                             caf::actor_cast<registry_actor>(self_));
  known.falling_asleep = false;
  self_->monitor(known.awake);
  if (known.failing)
    try_later(id);
  for (auto& answer : std::exchange(known.waiting, {}))
    answer(known.awake);
  wake_next();
}

void registry_state::not_woken(const clinic_id& id, const caf::error& why) {
  --waking_;
  auto& known = clinics_[id];
  known.waking = false;
  for (auto& answer : std::exchange(known.waiting, {}))
    answer(why);
  if (draining_)
    return finish_drain();
  if (retryable(code_of(why)))
    try_later(id);
  else
    give_up(id, why);
  wake_next();
}

void registry_state::give_up(const clinic_id& id, const caf::error& why) {
  auto& known = clinics_[id];
  if (!known.failing)
    log_error("clinic.cannot_wake", why, {{"clinic", log_id(id.value)}});
  set_failing(known, true);
}

void registry_state::try_later(const clinic_id& id) {
  // Somebody may still count as present there, and has to leave in the end even if nobody ever asks.
  if (std::exchange(clinics_[id].retry_due, true))
    return;
  self_->delayed_send(self_, milliseconds{shared_.settings->clinic.restart_window_ms}, wake_due{id});
}

void registry_state::wake_again(const wake_due& x) {
  auto& known = clinics_[x.clinic];
  known.retry_due = false;
  if (known.awake)
    set_failing(known, false);
  else if (!draining_)
    wake(x.clinic, known);
}

void registry_state::set_failing(entry& known, bool failing) {
  if (std::exchange(known.failing, failing) == failing)
    return;
  shared_.ready->clinics_failing += failing ? 1 : -1;
  if (shared_.metrics)
    shared_.metrics->clinics_failing.add(failing ? 1 : -1);
}

void registry_state::wake_next() {
  // Enough to fill the log's batches, few enough to leave room for those that somebody asks for.
  while (waking_ < fixed::clinics_waking_max && !dormant_.empty()) {
    const auto id = dormant_.front();
    dormant_.pop_front();
    wake(id, clinics_[id]);
  }
}

awake_clinics registry_state::list(const get_awake_clinics& x) const {
  awake_clinics result;
  for (auto it = clinics_.upper_bound(x.after); it != clinics_.end() && result.clinics.size() < x.clinics_max; ++it)
    if (it->second.awake && !it->second.falling_asleep)
      result.clinics.push_back({it->first, caf::actor_cast<caf::strong_actor_ptr>(it->second.awake)});
  return result;
}

void registry_state::let_sleep(const clinic_idle& x) {
  auto& known = clinics_[x.clinic];
  if (!known.awake || known.falling_asleep)
    return;
  known.falling_asleep = true;
  self_->send(known.awake, go_to_sleep{});
}

caf::result<bool> registry_state::drain() {
  draining_ = true;
  dormant_.clear();
  drained_ = self_->make_response_promise<bool>();
  for (auto& [id, known] : clinics_)
    if (known.awake)
      self_->send(known.awake, go_to_sleep{});
  auto promise = *drained_;
  finish_drain();
  return promise;
}

void registry_state::finish_drain() {
  const auto any_awake =
      std::any_of(clinics_.begin(), clinics_.end(), [](const auto& x) { return x.second.awake != nullptr; });
  if (drained_ && !any_awake && waking_ == 0)
    std::exchange(drained_, std::nullopt)->deliver(true);
}

void registry_state::clinic_down(const caf::down_msg& x) {
  const auto it = std::find_if(clinics_.begin(), clinics_.end(), [&](const auto& known) {
    return known.second.awake && known.second.awake->id() == x.source.id();
  });
  if (it == clinics_.end())
    return;
  auto& known = it->second;
  known.awake = nullptr;
  known.falling_asleep = false;
  if (x.reason && !known.down_since)
    known.down_since = shared_.clock();
  if (draining_)
    return finish_drain();
  if (!known.waiting.empty())
    return wake(it->first, known);
  if (!x.reason)
    return;
  if (const auto why = code_of(x.reason); why == ec::store_damaged || why == ec::store_version)
    return give_up(it->first, x.reason);
  log_warn("clinic.died", x.reason, {{"clinic", log_id(it->first.value)}});
  if (shared_.metrics)
    shared_.metrics->actor_restarts(actor_label::clinic).add();
  const auto& limits = shared_.settings->clinic;
  if (!known.restarts)
    known.restarts.emplace(limits.restarts_max, milliseconds{limits.restart_window_ms});
  if (known.restarts->restart(self_->clock().now()))
    return wake(it->first, known);
  set_failing(known, true);
  try_later(it->first);
}

registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self, environment shared,
                                       event_log_actor log) {
  self->set_down_handler([self](const caf::down_msg& x) { self->state.clinic_down(x); });
  self->state.init(std::move(shared), std::move(log));
  return {
      [self](const find_clinic& x) { return self->state.find(x); },
      [self](const seek_clinic& x) { self->state.seek(x); },
      [self](const get_awake_clinics& x) { return self->state.list(x); },
      [self](const clinic_idle& x) { self->state.let_sleep(x); },
      [self](const wake_due& x) { self->state.wake_again(x); },
      [self](const drain_clinics&) { return self->state.drain(); },
  };
}

} // namespace machiai
