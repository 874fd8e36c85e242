#include "actors/clinic_household.hpp"

#include "actors/board_gauges.hpp"
#include "actors/doctor.hpp"
#include "actors/guest.hpp"
#include "actors/patient.hpp"
#include "actors/room.hpp"
#include "config/log.hpp"
#include "metrics/engine_metrics.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

role role_of(party which) {
  switch (which) {
  case party::doctor:
    return role::doctor;
  case party::patient:
    return role::patient;
  default:
    return role::guest;
  }
}

clinic_actor handle_of(clinic_actor::pointer self) {
  return caf::actor_cast<clinic_actor>(self);
}

} // namespace

clinic_household::clinic_household(clinic_actor::pointer self, const environment& shared, const clinic_stream& stream)
    : self_(self), shared_(shared), stream_(stream),
      restarts_(shared.settings->clinic.restarts_max, milliseconds{shared.settings->clinic.restart_window_ms}) {}

clinic_household::~clinic_household() {
  for (const auto& [id, room] : rooms_)
    caf::anon_send_exit(room.actor, caf::exit_reason::user_shutdown);
  for (const auto& [id, person] : persons_)
    caf::anon_send_exit(person.actor, caf::exit_reason::user_shutdown);
}

void clinic_household::restore(const takeover& owner) {
  const auto now = shared_.clock();
  const auto& settings = *shared_.settings;
  earlier_stay common{{}, now, now, now};
  if (owner.last_proof_at)
    common.last_proof = std::min(*owner.last_proof_at, now);
  if (!owner.previous || owner.previous->engine == shared_.engine) {
    // This very process had the clinic a moment ago; devices that are still connected will say so at once.
    common.announce_at = now + milliseconds{settings.connection.doubt_after_ms};
  } else if (const auto& mark = *owner.previous;
             mark.clean && now - mark.at <= milliseconds{settings.presence.planned_outage_max_ms}) {
    common.announce_at = now + milliseconds{settings.drain.reconnect_window_ms};
    common.leave_not_before = now + milliseconds{settings.presence.leave_after_ms};
  }
  for (const auto& [id, room] : stream_.state().rooms)
    for (const auto& x : room.participants)
      if (is_present(x) && !persons_.contains(x.person))
        spawn_person({role_of(x.party), x.person}, {x.person, x.party, x.display_name}, stays_of(x.person, common));
}

std::vector<earlier_stay> clinic_household::stays_of(const person_id& id, const earlier_stay& common) const {
  std::vector<earlier_stay> result;
  for (const auto& [room_key, room] : stream_.state().rooms) {
    const auto* x = find_participant(room, id);
    if (!x || !is_present(*x))
      continue;
    auto stay = common;
    stay.room = room_key;
    stay.attentive = x->attentive;
    // A person in doubt already has an older proof; one that came after the mark has a newer one.
    stay.last_proof = x->unstable_since.value_or(std::max(
        {common.last_proof, x->since.value_or(common.last_proof), x->stable_since.value_or(common.last_proof)}));
    result.push_back(std::move(stay));
  }
  return result;
}

clinic_household::room_child& clinic_household::room(const room_id& id) {
  auto& known = rooms_[id];
  if (!known.actor) {
    const auto* state = find_room(stream_.state(), id);
    known.actor = self_->spawn(machiai::room, shared_, id, state ? *state : room_state{}, handle_of(self_));
    self_->monitor(known.actor);
  }
  return known;
}

room_actor clinic_household::room_for(const person_id& person, const room_id& id) {
  auto& known = room(id);
  if (persons_.contains(person))
    known.known_to.insert(person);
  return known.actor;
}

void clinic_household::heard_from_room(const caf::strong_actor_ptr& room, const room_id& id) {
  const auto it = rooms_.find(id);
  // Neither one that was archived nor one that died after it said this.
  if (it == rooms_.end() || it->second.actor != room)
    return;
  invariant(it->second.under_way > 0, "a room answers what it was asked, once");
  --it->second.under_way;
  let_room_rest(it);
}

/// Nothing is in the mailbox of a room that nobody asked and nobody knows, so its next actor starts from all it
/// decided.
void clinic_household::let_room_rest(std::map<room_id, room_child>::iterator it) {
  if (it->second.under_way > 0 || !it->second.known_to.empty())
    return;
  self_->demonitor(it->second.actor.address());
  caf::anon_send_exit(it->second.actor, caf::exit_reason::user_shutdown);
  rooms_.erase(it);
}

person_actor clinic_household::person(const principal& who, const identity& as) {
  if (who.role != role::patient && who.role != role::doctor && who.role != role::guest)
    return {};
  const auto it = persons_.find(who.id);
  if (it == persons_.end())
    return spawn_person(who, as, {});
  auto& known = it->second;
  invariant(known.who.role == who.role, "whoever has another role under this id is refused");
  if (known.as.display_name != as.display_name) {
    known.as.display_name = as.display_name;
    self_->send(known.actor, person_renamed{as.display_name});
  }
  return known.actor;
}

bool clinic_household::has_other_role(const principal& who) const {
  const auto it = persons_.find(who.id);
  return it != persons_.end() && it->second.who.role != who.role;
}

person_actor clinic_household::known_person(const person_id& id) const {
  const auto it = persons_.find(id);
  return it == persons_.end() ? person_actor{} : it->second.actor;
}

void clinic_household::for_each_person(const std::function<void(const person_id&, const person_actor&)>& visit) const {
  for (const auto& [id, person] : persons_)
    visit(id, person.actor);
}

void clinic_household::let_go(const person_id& id) {
  const auto it = persons_.find(id);
  if (it == persons_.end())
    return;
  caf::anon_send_exit(it->second.actor, caf::exit_reason::user_shutdown);
  persons_.erase(it);
  for (auto room = rooms_.begin(); room != rooms_.end();) {
    const auto here = room++;
    if (here->second.known_to.erase(id) > 0)
      let_room_rest(here);
  }
}

person_actor clinic_household::spawn_person(const principal& who, const identity& as, std::vector<earlier_stay> stays) {
  person_start start{as, std::move(stays), stream_.answered_by(who.id)};
  person_actor actor;
  if (who.role == role::doctor)
    actor = self_->spawn(doctor, shared_, std::move(start), handle_of(self_));
  else if (who.role == role::patient)
    actor = self_->spawn(patient, shared_, std::move(start), handle_of(self_));
  else
    actor = self_->spawn(guest, shared_, std::move(start), handle_of(self_));
  self_->monitor(actor);
  persons_[who.id] = {actor, who, as};
  return actor;
}

void clinic_household::count_restart(actor_label kind) const {
  if (shared_.metrics)
    shared_.metrics->actor_restarts(kind).add();
}

clinic_household::loss clinic_household::bury(const caf::down_msg& x) {
  const auto is_source = [&](const auto& actor) { return actor && actor->id() == x.source.id(); };
  const auto room =
      std::find_if(rooms_.begin(), rooms_.end(), [&](const auto& r) { return is_source(r.second.actor); });
  const auto person =
      std::find_if(persons_.begin(), persons_.end(), [&](const auto& p) { return is_source(p.second.actor); });
  if (room == rooms_.end() && person == persons_.end())
    return {};
  if (!x.reason)
    return {death::expected, {}, {}};
  log_warn("clinic.child_died", x.reason, {{"clinic", log_id(stream_.id().value)}, {"is_room", room != rooms_.end()}});
  if (!restarts_.restart(self_->clock().now()))
    return {death::too_many, {}, {}};
  if (room != rooms_.end()) {
    const auto id = room->first;
    count_restart(actor_label::room);
    rebuild_room(id);
    return {death::rebuilt, {}, id};
  }
  const auto id = person->first;
  count_restart(label_of(person->second.as.party));
  rebuild_person(id);
  return {death::rebuilt, id, {}};
}

void clinic_household::forget_room(const room_id& id) {
  rooms_.erase(id);
  tell_of_rebuilt(id);
}

void clinic_household::rebuild_room(const room_id& id) {
  auto& dead = rooms_.at(id);
  dead.actor = room_actor{};
  dead.under_way = 0;
  if (find_room(stream_.state(), id) && !dead.known_to.empty())
    room(id);
  else
    rooms_.erase(id);
  tell_of_rebuilt(id);
}

void clinic_household::tell_of_rebuilt(const room_id& id) {
  const auto* state = find_room(stream_.state(), id);
  for (const auto& [person, child] : persons_) {
    const auto* x = state ? find_participant(*state, person) : nullptr;
    self_->send(child.actor, room_rebuilt{id, x ? x->whereabouts : whereabouts::absent, stream_.answered_by(person)});
  }
}

void clinic_household::rebuild_person(const person_id& id) {
  const auto child = persons_.at(id);
  const auto now = shared_.clock();
  const auto announce_at = now + milliseconds{shared_.settings->connection.doubt_after_ms};
  spawn_person(child.who, child.as, stays_of(id, {{}, now, announce_at, now}));
}

} // namespace machiai
