#include "actors/model/clinic_rules.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace machiai {

namespace {

using payloads = std::vector<event_payload>;

struct clinic_decider {
  const clinic_state& state;
  const clinic_settings& limits;

  decision operator()(const put_clinic& x) const {
    if (!state.created)
      return payloads{{clinic_created{x.profile}}};
    if (state.profile == x.profile)
      return payloads{};
    return payloads{{clinic_changed{x.profile}}};
  }

  decision operator()(const put_key& x) const {
    if (is_revoked(x.key.key))
      return make_error(ec::conflict, "this key id was revoked; register the key under a new one");
    if (const auto it = state.keys.find(x.key.key); it != state.keys.end()) {
      if (it->second == x.key)
        return payloads{};
      return make_error(ec::conflict, "this key id has another key");
    }
    if (state.keys.size() >= limits.keys_max)
      return make_error(ec::limit_reached, "clinic.keys_max keys are registered");
    return payloads{{key_registered{x.key}}};
  }

  decision operator()(const revoke_key& x) const {
    if (is_revoked(x.key))
      return payloads{};
    if (!state.keys.contains(x.key))
      return make_error(ec::not_found, "there is no such key");
    return payloads{{key_revoked{x.key}}};
  }

  decision operator()(const revoke_person& x) const { return payloads{{person_revoked{x.person}}}; }

  decision operator()(const put_doctor& x) const {
    if (state.patients.contains(x.doctor.doctor))
      return make_error(ec::conflict, "a patient has this id");
    const auto it = state.doctors.find(x.doctor.doctor);
    if (it != state.doctors.end() && it->second == x.doctor)
      return payloads{};
    if (it == state.doctors.end() && is_full())
      return make_error(ec::limit_reached, "clinic.persons_max persons are recorded");
    return payloads{{doctor_recorded{x.doctor}}};
  }

  decision operator()(const put_patient& x) const {
    if (state.doctors.contains(x.patient.patient))
      return make_error(ec::conflict, "a doctor has this id");
    const auto it = state.patients.find(x.patient.patient);
    if (it != state.patients.end() && it->second == x.patient)
      return payloads{};
    if (it == state.patients.end() && is_full())
      return make_error(ec::limit_reached, "clinic.persons_max persons are recorded");
    return payloads{{patient_recorded{x.patient}}};
  }

  [[nodiscard]] bool is_revoked(const key_id& key) const {
    return std::ranges::find(state.revoked_keys, key) != state.revoked_keys.end();
  }

  [[nodiscard]] bool is_full() const { return state.doctors.size() + state.patients.size() >= limits.persons_max; }
};

bool names_twice(const std::vector<person_id>& ids) {
  return std::set(ids.begin(), ids.end()).size() != ids.size();
}

std::optional<caf::error> check_appointment(const clinic_state& state, const appointment& x,
                                            const clinic_settings& limits) {
  if (x.patients.empty())
    return make_error(ec::out_of_range, "appointment.patients: at least one patient");
  if (x.patients.size() + x.doctors.size() > fixed::appointment_persons_max)
    return make_error(ec::out_of_range, "appointment: too many patients and doctors");
  if (names_twice(x.patients) || names_twice(x.doctors))
    return make_error(ec::out_of_range, "appointment: nobody can be named twice");
  if (x.duration_min < 1 || x.duration_min > 24 * 60)
    return make_error(ec::out_of_range, "appointment.duration_min: 1 to 1440");
  for (const auto& patient : x.patients)
    if (!state.patients.contains(patient))
      return make_error(ec::not_found, "appointment.patients: unknown patient " + patient.value);
  for (const auto& doctor : x.doctors)
    if (!state.doctors.contains(doctor))
      return make_error(ec::not_found, "appointment.doctors: unknown doctor " + doctor.value);
  if (state.rooms.contains(x.room))
    return std::nullopt;
  if (std::ranges::find(state.archived_rooms, x.room) != state.archived_rooms.end())
    return make_error(ec::room_ended, "this appointment is over and archived; book another one");
  if (state.rooms.size() >= limits.rooms_max)
    return make_error(ec::limit_reached, "clinic.rooms_max rooms are on the board");
  return std::nullopt;
}

} // namespace

decision decide(const clinic_state& state, const clinic_command& command, const clinic_settings& limits) {
  if (!state.created && !std::holds_alternative<put_clinic>(command.value))
    return make_error(ec::not_found, "there is no such clinic");
  return std::visit(clinic_decider{state, limits}, command.value);
}

std::optional<caf::error> check_room_command(const clinic_state& state, const room_command& command,
                                             const clinic_settings& limits) {
  if (!state.created)
    return make_error(ec::not_found, "there is no such clinic");
  if (const auto* put = std::get_if<put_appointment>(&command.value))
    return check_appointment(state, put->appointment, limits);
  if (!find_room(state, room_of(command)))
    return make_error(ec::not_found, "there is no such appointment");
  return std::nullopt;
}

} // namespace machiai
