#include "actors/clinic.hpp"
#include "config/error.hpp"

#include <algorithm>

/// \file The part of a clinic that knows whose word it takes, and who may look at what.
namespace machiai {

credentials clinic_actor_state::current_credentials() const {
  const auto& state = stream_->state();
  credentials result;
  for (const auto& [id, key] : state.keys)
    result.keys.push_back(key);
  result.revoked_keys.assign(state.revoked_keys.begin(), state.revoked_keys.end());
  for (const auto& [person, at] : state.revoked_persons)
    result.revoked_persons.push_back({person, at});
  return result;
}

bool clinic_actor_state::is_guest(const person_id& id) const {
  return std::ranges::any_of(stream_->state().rooms, [&](const auto& room) {
    return std::ranges::find(room.second.invitations, id, &invitation::person) != room.second.invitations.end();
  });
}

bool clinic_actor_state::is_somebody_else(const principal& who) const {
  const auto& state = stream_->state();
  switch (who.role) {
  case role::doctor:
    return state.patients.contains(who.id) || is_guest(who.id) || household_->has_other_role(who);
  case role::patient:
    return state.doctors.contains(who.id) || is_guest(who.id) || household_->has_other_role(who);
  case role::guest:
    return state.doctors.contains(who.id) || household_->has_other_role(who);
  default:
    return false;
  }
}

std::optional<caf::error> clinic_actor_state::refusal_of(const subscribe& x) const {
  const auto& state = stream_->state();
  if (!state.created)
    return make_error(ec::not_found, "there is no such clinic");
  if (is_somebody_else(x.who))
    return make_error(ec::forbidden, "under this id the clinic knows somebody of another role");
  if (x.topic.audience == audience::staff)
    return std::nullopt;
  const auto* room = find_room(state, x.topic.room);
  const auto absent = make_error(ec::not_found, "there is no such appointment");
  if (!room)
    return absent;
  if (const auto* known = find_participant(*room, x.who.id); known && known->removed)
    return make_error(ec::removed, "the clinic removed this person from the room");
  if (x.topic.audience == audience::patient) {
    const auto& patients = room->appointment.patients;
    return std::find(patients.begin(), patients.end(), x.who.id) == patients.end() ? std::optional{absent}
                                                                                   : std::nullopt;
  }
  const auto invited = std::any_of(room->invitations.begin(), room->invitations.end(), [&](const invitation& invite) {
    return invite.person == x.who.id && invite.redeemed && !invite.revoked;
  });
  return invited ? std::nullopt : std::optional{absent};
}

identity clinic_actor_state::identity_of(const subscribe& x) const {
  const auto& state = stream_->state();
  auto recorded = recorded_name(state, x.who.id);
  identity as{x.who.id, party::patient, recorded.empty() ? x.name : recorded};
  if (x.who.role == role::doctor)
    as.party = party::doctor;
  if (const auto* room = find_room(state, x.topic.room))
    for (const auto& invite : room->invitations)
      if (invite.person == x.who.id) {
        as.party = invite.party;
        as.display_name = invite.display_name;
      }
  if (as.display_name.empty())
    as.display_name = x.who.id.value;
  return as;
}

} // namespace machiai
