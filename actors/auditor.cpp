#include "actors/auditor.hpp"

#include "config/fixed_limits.hpp"
#include "config/log.hpp"
#include "metrics/engine_metrics.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

void auditor_state::init(environment shared, registry_actor registry, store_opener open) {
  shared_ = std::move(shared);
  registry_ = std::move(registry);
  open_ = std::move(open);
  schedule();
}

void auditor_state::schedule() {
  self_->delayed_send(self_, milliseconds{shared_.settings->audit.interval_ms}, audit_due{});
}

milliseconds auditor_state::confirm_after() const {
  const auto& given = *shared_.settings;
  // So long a person may be present without a device after a restart or an actor's death before the doubt shows.
  const auto doubt_ms = std::max(given.drain.reconnect_window_ms, given.connection.doubt_after_ms);
  return milliseconds{std::max(given.audit.confirm_after_ms, doubt_ms + 1000)};
}

void auditor_state::tick() {
  schedule();
  if (looking_ || shared_.ready->draining)
    return;
  looks_left_ = shared_.settings->audit.looks_per_interval;
  look_on();
}

void auditor_state::look_on() {
  if (looks_left_ == 0)
    return;
  --looks_left_;
  if (!suspicions_.empty() && suspicions_.front().due <= self_->clock().now()) {
    auto next = std::move(suspicions_.front());
    suspicions_.pop_front();
    look_at(std::move(next));
  } else if (!clinics_.empty()) {
    look_at({clinics_.front(), last_room_, {}, {}, {}});
  } else {
    ask_for_clinics();
  }
}

void auditor_state::ask_for_clinics() {
  looking_ = true;
  self_
      ->request(registry_, milliseconds{fixed::audit_answer_timeout_ms},
                get_awake_clinics{last_listed_, fixed::audit_clinics_listed_max})
      .then(
          [this](awake_clinics& x) {
            looking_ = false;
            const auto is_end = x.clinics.size() < fixed::audit_clinics_listed_max;
            last_listed_ = is_end ? clinic_id{} : x.clinics.back().clinic;
            clinics_.assign(std::make_move_iterator(x.clinics.begin()), std::make_move_iterator(x.clinics.end()));
            last_room_ = {};
            if (!clinics_.empty())
              look_on();
          },
          [this](const caf::error&) { looking_ = false; });
}

void auditor_state::look_at(target where) {
  looking_ = true;
  ++look_number_;
  where_ = std::move(where);
  look_ = {};
  look_.clinic = where_.clinic.clinic;
  const auto clinic = caf::actor_cast<clinic_actor>(where_.clinic.actor);
  const get_clinic_view wish{where_.after, shared_.settings->audit.rooms_per_look};
  self_->request(clinic, milliseconds{fixed::audit_answer_timeout_ms}, wish)
      .then([this](clinic_view& x) { see(std::move(x)); },
            // It went to sleep or died, or has too much to do; its turn comes again.
            [this](const caf::error&) { end_look(audit_outcome_label::moved); });
}

void auditor_state::see(clinic_view x) {
  look_.view = std::move(x);
  if (!look_.view.is_durable || (!where_.found.empty() && look_.view.position != where_.at))
    return end_look(audit_outcome_label::moved);
  unheard_ = look_.view.shards.size();
  for (const auto& shard : look_.view.shards)
    self_->send(caf::actor_cast<shard_actor>(shard), get_sessions{look_.clinic, look_number_, self_->ctrl()});
  for (const auto& room : look_.view.rooms) {
    if (!room.actor)
      continue;
    ++unheard_;
    self_
        ->request(caf::actor_cast<room_actor>(room.actor), milliseconds{fixed::audit_answer_timeout_ms},
                  get_room_view{})
        .then(
            [this, look = look_number_](room_view& own) {
              if (look != look_number_)
                return;
              look_.rooms.push_back(std::move(own));
              hear_one();
            },
            [this, look = look_number_](const caf::error&) { give_up_late({look}); });
  }
  self_->delayed_send(self_, milliseconds{fixed::audit_answer_timeout_ms}, look_late{look_number_});
  if (unheard_ == 0)
    judge();
}

void auditor_state::take(const held_sessions& x) {
  if (!looking_ || x.look != look_number_)
    return;
  look_.sessions.insert(look_.sessions.end(), x.sessions.begin(), x.sessions.end());
  hear_one();
}

void auditor_state::hear_one() {
  if (--unheard_ == 0)
    judge();
}

void auditor_state::give_up_late(const look_late& x) {
  if (looking_ && x.look == look_number_)
    end_look(audit_outcome_label::unfinished);
}

std::optional<std::vector<audit_mismatch>> auditor_state::compare_with_store() {
  if (!open_)
    return std::vector<audit_mismatch>{};
  if (!store_) {
    auto opened = open_();
    if (!opened)
      return std::nullopt;
    store_ = std::move(*opened);
  }
  const auto history = store_->load(look_.clinic, look_.view.position.seq);
  if (history)
    return compare_store(look_, *history);
  store_.reset();
  if (code_of(history.error()) == ec::store_damaged)
    return std::vector<audit_mismatch>{{audit_label::store, {}, {}}};
  return std::nullopt;
}

void auditor_state::judge() {
  auto found = compare_actors(look_);
  const auto in_store = compare_with_store();
  if (!in_store)
    return end_look(audit_outcome_label::unfinished);
  found.insert(found.end(), in_store->begin(), in_store->end());
  if (!where_.found.empty()) {
    confirm(found);
  } else if (!found.empty()) {
    suspect(std::move(found));
    return end_look(audit_outcome_label::suspicious);
  }
  end_look(audit_outcome_label::compared);
}

void auditor_state::suspect(std::vector<audit_mismatch> found) {
  const auto is_here = [this](const target& x) {
    return x.clinic.clinic == where_.clinic.clinic && x.after == where_.after;
  };
  if (suspicions_.size() >= fixed::audit_suspicions_max || std::ranges::any_of(suspicions_, is_here))
    return;
  suspicions_.push_back(
      {where_.clinic, where_.after, look_.view.position, std::move(found), self_->clock().now() + confirm_after()});
}

void auditor_state::confirm(const std::vector<audit_mismatch>& found) {
  for (const auto& x : found) {
    if (std::ranges::find(where_.found, x) == where_.found.end())
      continue;
    log_error("audit.mismatch", {{"clinic", log_id(look_.clinic.value)},
                                 {"seq", look_.view.position.seq},
                                 {"kind", log_text(label_word(x.kind))},
                                 {"room", log_id(x.room.value)}});
    if (shared_.metrics)
      shared_.metrics->audit_mismatches(x.kind).add();
  }
}

void auditor_state::end_look(audit_outcome_label outcome) {
  const auto is_second = !where_.found.empty();
  // What stays unfinished is not tried at once again: the next clinic may answer.
  if (!is_second && !clinics_.empty()) {
    if (look_.view.more && !look_.view.rooms.empty())
      last_room_ = look_.view.rooms.back().room;
    else {
      clinics_.pop_front();
      last_room_ = {};
    }
  }
  ++look_number_;
  looking_ = false;
  if (shared_.metrics)
    shared_.metrics->audit_looks(outcome).add();
  look_on();
}

auditor_actor::behavior_type auditor(auditor_actor::stateful_pointer<auditor_state> self, environment shared,
                                     registry_actor registry, store_opener open) {
  self->state.init(std::move(shared), std::move(registry), std::move(open));
  return {
      [self](audit_due) { self->state.tick(); },
      [self](const look_late& x) { self->state.give_up_late(x); },
      [self](const held_sessions& x) { self->state.take(x); },
  };
}

} // namespace machiai
