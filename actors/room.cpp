#include "actors/room.hpp"

#include "config/error.hpp"
#include "config/fail_point.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

author author_of(const principal& who) {
  return {who.role, who.id};
}

} // namespace

void room_actor_state::init(environment shared, room_id id, room_state known, clinic_actor clinic) {
  shared_ = std::move(shared);
  counted_.emplace(shared_.metrics, actor_label::room);
  policy_ = shared_.policy();
  call_.emplace(shared_.metrics, policy_.limits.call_endpoints_max,
                milliseconds{shared_.settings->presence.leave_after_ms});
  id_ = std::move(id);
  room_ = std::move(known);
  clinic_ = std::move(clinic);
}

timestamp room_actor_state::now() const {
  return std::max(shared_.clock(), room_.last_at);
}

void room_actor_state::keep(const std::vector<event_payload>& events, timestamp at,
                            std::vector<event_payload>& decided) {
  for (const auto& x : events) {
    if (!std::holds_alternative<room_archived>(x.value))
      apply(room_, x, at);
    decided.push_back(x);
  }
}

void room_actor_state::report(room_decided x) {
  x.room = id_;
  self_->send(clinic_, std::move(x));
  tell(call_->settle(room_, id_, now()));
}

void room_actor_state::tell(std::vector<call_told> what) {
  for (auto& x : what)
    self_->send(clinic_, std::move(x));
}

void room_actor_state::call(const call_message& x) {
  tell(call_->take(room_, x, now()));
}

void room_actor_state::lose(const call_device_lost& x) {
  call_->lose(x, now());
}

void room_actor_state::enter(const person_enters& x) {
  fail_point("room.enter");
  room_decided result;
  result.at = now();
  result.by = author_of(x.origin.who);
  result.origin = x.origin;
  result.person = x.who.person;
  result.heard = x.stamp;
  for (const auto& edge : x.before)
    keep(decide_presence(room_, x.who.person, edge), result.at, result.events);
  if (auto entry = decide_entry(room_, x.who, result.at, policy_))
    keep(*entry, result.at, result.events);
  else
    result.refusal = entry.error();
  report(std::move(result));
}

void room_actor_state::move(const person_moved& x) {
  room_decided result;
  result.at = now();
  result.by = author_of(x.by);
  result.origin = x.origin;
  result.person = x.person;
  result.heard = x.stamp;
  for (const auto& edge : x.edges)
    keep(decide_presence(room_, x.person, edge), result.at, result.events);
  if (x.origin && result.events.empty())
    result.refusal = refuse_stranger(room_, x.person, x.by.role);
  report(std::move(result));
}

void room_actor_state::attend(const person_attends& x) {
  room_decided result;
  result.at = now();
  result.by = x.origin ? author_of(x.origin->who) : author{role::engine, {}};
  result.origin = x.origin;
  result.person = x.person;
  result.heard = x.stamp;
  keep(decide_attention(room_, x.person, x.attentive), result.at, result.events);
  if (x.origin && result.events.empty())
    result.refusal = refuse_stranger(room_, x.person, x.origin->who.role);
  report(std::move(result));
}

void room_actor_state::note(const person_reports& x) {
  room_decided result;
  result.at = now();
  result.by = author_of(x.origin.who);
  result.origin = x.origin;
  result.person = x.person;
  result.heard = x.stamp;
  auto decided = std::visit([&](const auto& what) { return decide_report(room_, x.person, what); }, x.what);
  if (decided)
    keep(*decided, result.at, result.events);
  else if (auto stranger = refuse_stranger(room_, x.person, x.origin.who.role))
    result.refusal = std::move(stranger);
  else
    result.refusal = decided.error();
  report(std::move(result));
}

void room_actor_state::request(const room_request& x) {
  room_decided result;
  result.at = now();
  result.by = author_of(x.origin.who);
  result.origin = x.origin;
  if (auto decided = decide(room_, x.command, result.at, policy_))
    keep(*decided, result.at, result.events);
  else
    result.refusal = decided.error();
  report(std::move(result));
}

void room_actor_state::pass_time() {
  room_decided result;
  result.at = now();
  result.by = {role::engine, {}};
  keep(decide_deadline(room_, result.at, policy_), result.at, result.events);
  const auto archived = !result.events.empty() && std::holds_alternative<room_archived>(result.events.back().value);
  report(std::move(result));
  if (archived)
    self_->quit();
}

room_actor::behavior_type room(room_actor::stateful_pointer<room_actor_state> self, environment shared, room_id id,
                               room_state known, clinic_actor clinic) {
  self->state.init(std::move(shared), std::move(id), std::move(known), std::move(clinic));
  return {
      [self](const person_enters& x) { self->state.enter(x); },
      [self](const person_moved& x) { self->state.move(x); },
      [self](const person_attends& x) { self->state.attend(x); },
      [self](const person_reports& x) { self->state.note(x); },
      [self](const room_request& x) { self->state.request(x); },
      [self](const call_message& x) { self->state.call(x); },
      [self](const call_device_lost& x) { self->state.lose(x); },
      [self](const get_room_view&) { return self->state.view(); },
      [self](room_deadline_due) { self->state.pass_time(); },
  };
}

} // namespace machiai
