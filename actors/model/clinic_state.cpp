#include "actors/model/clinic_state.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <algorithm>

namespace machiai {

namespace {

/// The clinic's own events; the rest is the room's.
struct clinic_folder {
  clinic_state& state;
  const event& happened;

  void operator()(const clinic_created& x) {
    state.created = true;
    state.profile = x.profile;
  }
  void operator()(const clinic_changed& x) { state.profile = x.profile; }
  void operator()(const key_registered& x) { state.keys[x.key.key] = x.key; }
  void operator()(const key_revoked& x) {
    state.keys.erase(x.key);
    state.revoked_keys.push_back(x.key);
    if (state.revoked_keys.size() > fixed::revoked_keys_max)
      state.revoked_keys.pop_front();
  }
  void operator()(const person_revoked& x) {
    // No token that these were about is valid any more.
    std::erase_if(state.revoked_persons, [this](const auto& revoked) {
      return revoked.second + milliseconds{fixed::revocation_memory_ms} < happened.at;
    });
    state.revoked_persons[x.person] = happened.at;
  }
  void operator()(const doctor_recorded& x) { state.doctors[x.doctor.doctor] = x.doctor; }
  void operator()(const patient_recorded& x) { state.patients[x.patient.patient] = x.patient; }
  void operator()(const room_archived&) {
    state.rooms.erase(happened.room);
    state.archived_rooms.push_back(happened.room);
    if (state.archived_rooms.size() > fixed::archived_rooms_max)
      state.archived_rooms.pop_front();
  }

  template <class OfRoom>
  void operator()(const OfRoom&) {
    invariant(!happened.room.empty(), "an event of a room names its room");
    apply(state.rooms[happened.room], happened.payload, happened.at);
  }
};

} // namespace

void apply(clinic_state& state, const event& x) {
  invariant(x.position.seq == state.position.seq + 1, "a clinic's events are numbered without a gap");
  std::visit(clinic_folder{state, x}, x.payload.value);
  state.position = x.position;
  state.last_at = std::max(state.last_at, x.at);
}

const room_state* find_room(const clinic_state& state, const room_id& room) {
  const auto it = state.rooms.find(room);
  return it == state.rooms.end() ? nullptr : &it->second;
}

std::string recorded_name(const clinic_state& state, const person_id& person) {
  if (const auto it = state.patients.find(person); it != state.patients.end())
    return it->second.name;
  if (const auto it = state.doctors.find(person); it != state.doctors.end())
    return it->second.name;
  return {};
}

} // namespace machiai
