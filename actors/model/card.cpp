#include "actors/model/card.hpp"

#include "config/error.hpp"

#include <utility>

namespace machiai {

namespace {

std::vector<person_name> doctors_of(const clinic_state& state, const room_state& room) {
  std::vector<person_name> result;
  for (const auto& doctor : room.appointment.doctors)
    result.push_back({doctor, recorded_name(state, doctor)});
  return result;
}

std::vector<attending_doctor> attending_doctors(const clinic_state& state, const room_state& room) {
  std::vector<attending_doctor> result;
  for (const auto& doctor : room.appointment.doctors) {
    const auto known = state.doctors.find(doctor);
    result.push_back({doctor, recorded_name(state, doctor),
                      known == state.doctors.end() ? std::nullopt : known->second.registered_year});
  }
  return result;
}

std::vector<invited> invited_to(const room_state& room) {
  std::vector<invited> result;
  for (const auto& x : room.invitations)
    if (!x.redeemed && !x.revoked && x.expires_at > room.last_at)
      result.push_back({x.party, x.display_name});
  return result;
}

/// Who is there. Persons that left are history, not company.
std::vector<companion> people_of(const room_state& room) {
  std::vector<companion> result;
  for (const auto& x : room.participants)
    if (is_present(x))
      result.push_back({x.person, x.party, x.display_name, x.whereabouts, x.unstable_since.has_value(), x.media});
  return result;
}

const room_state& room_in(const clinic_state& state, const room_id& room) {
  const auto* found = find_room(state, room);
  invariant(found != nullptr, "a card is of a room on the board");
  return *found;
}

meter_card meter_of(const room_state& room, timestamp now) {
  const auto so_far =
      room.ended && !room.bills.empty() ? room.bills.back().bill : measure_until(room.stays, now, price_of(room));
  return {so_far.doctor_in_room_ms,
          count_in_room(room, party::doctor) > 0,
          so_far.units,
          so_far.additional_participants,
          so_far.total_yen_ex_tax,
          room.price};
}

} // namespace

room_card staff_card(const clinic_state& state, const room_id& id, std::optional<uint32_t> place, timestamp now) {
  const auto& room = room_in(state, id);
  room_card card;
  card.room = id;
  card.phase = phase_of(room);
  card.starts_at = room.appointment.starts_at;
  card.duration_min = room.appointment.duration_min;
  card.menu = room.appointment.menu;
  card.is_test = room.appointment.is_test;
  card.locked = room.locked;
  for (const auto& patient : room.appointment.patients)
    if (const auto it = state.patients.find(patient); it != state.patients.end())
      card.patients.push_back(it->second);
  card.doctors = doctors_of(state, room);
  for (const auto& x : room.participants)
    card.participants.push_back({x.person, x.party, x.display_name, x.whereabouts, x.unstable_since.has_value(),
                                 x.unstable_since, x.admitted, x.removed, x.attentive, x.first_arrived_at, x.since,
                                 x.media, x.device_test});
  for (const auto& x : room.invitations)
    if (!x.revoked)
      card.invitations.push_back({x.invite, x.person, x.party, x.display_name, x.expires_at, x.redeemed});
  card.place_in_line = place;
  card.meter = meter_of(room, now);
  card.ended_at = room.ended_at;
  card.bill_revision = static_cast<int32_t>(room.bills.size());
  return card;
}

patient_view patient_card(const clinic_state& state, const room_id& id, std::optional<uint32_t> place) {
  const auto& room = room_in(state, id);
  std::vector<person_name> patients;
  for (const auto& patient : room.appointment.patients)
    if (const auto it = state.patients.find(patient); it != state.patients.end())
      patients.push_back({patient, it->second.name});
  return {id,
          state.profile.name,
          std::move(patients),
          phase_of(room),
          room.appointment.starts_at,
          room.appointment.duration_min,
          room.appointment.menu,
          attending_doctors(state, room),
          people_of(room),
          place,
          state.profile.phone,
          state.profile.address,
          invited_to(room)};
}

guest_view guest_card(const clinic_state& state, const room_id& id) {
  const auto& room = room_in(state, id);
  return {id,
          state.profile.name,
          phase_of(room),
          room.appointment.starts_at,
          attending_doctors(state, room),
          people_of(room),
          state.profile.phone,
          state.profile.address};
}

} // namespace machiai
