#include "actors/model/clinic_state.hpp"
#include "config/error.hpp"
#include "store/json_codec.hpp"

namespace machiai {

namespace {

struct person_revocation {
  person_id person;
  timestamp at;
};
BOOST_DESCRIBE_STRUCT(person_revocation, (), (person, at))

struct room_snapshot {
  room_id room;
  room_state state;
};
BOOST_DESCRIBE_STRUCT(room_snapshot, (), (room, state))

struct remembered_answer {
  person_id principal;
  command_id command;
  timestamp at;
  uint64_t seq = 0;
  std::string answer;
  uint64_t digest = 0;
};
BOOST_DESCRIBE_STRUCT(remembered_answer, (), (principal, command, at, seq, answer, digest))

constexpr uint32_t snapshot_version = 1;

/// `clinic_state` with lists in place of its maps. `version` counts changes that an older program could not read.
struct clinic_snapshot {
  uint32_t version = snapshot_version;
  machiai::position position;
  timestamp last_at;
  bool created = false;
  clinic_profile profile;
  std::vector<signing_key> keys;
  std::vector<key_id> revoked_keys;
  std::vector<person_revocation> revoked_persons;
  std::vector<doctor_profile> doctors;
  std::vector<patient_profile> patients;
  std::vector<room_snapshot> rooms;
  std::vector<room_id> archived_rooms;
  std::vector<remembered_answer> answers;
};
BOOST_DESCRIBE_STRUCT(clinic_snapshot, (),
                      (version, position, last_at, created, profile, keys, revoked_keys, revoked_persons, doctors,
                       patients, rooms, archived_rooms, answers))

} // namespace

std::string encode_snapshot(const clinic_memory& memory) {
  const auto& state = memory.state;
  clinic_snapshot x{
      snapshot_version, state.position, state.last_at, state.created, state.profile, {}, {}, {}, {}, {}, {}, {}, {}};
  for (const auto& [id, key] : state.keys)
    x.keys.push_back(key);
  x.revoked_keys.assign(state.revoked_keys.begin(), state.revoked_keys.end());
  for (const auto& [person, at] : state.revoked_persons)
    x.revoked_persons.push_back({person, at});
  for (const auto& [id, doctor] : state.doctors)
    x.doctors.push_back(doctor);
  for (const auto& [id, patient] : state.patients)
    x.patients.push_back(patient);
  for (const auto& [id, room] : state.rooms)
    x.rooms.push_back({id, room});
  x.archived_rooms.assign(state.archived_rooms.begin(), state.archived_rooms.end());
  for (const auto& given : memory.answers)
    x.answers.push_back({given.principal, given.command, given.at, given.seq, given.answer, given.digest});
  return encode_json(x);
}

caf::expected<clinic_memory> decode_snapshot(std::string_view text) {
  auto value = parse_json(text);
  if (!value)
    return make_error(ec::store_damaged, "a snapshot is not JSON");
  auto x = decode_json<clinic_snapshot>(*value, decode_policy::stored);
  if (!x)
    return make_error(ec::store_damaged, "a snapshot does not fit its form");
  if (x->version > snapshot_version)
    return make_error(ec::store_version, "a snapshot was written by a newer version of the program");
  clinic_memory memory;
  auto& state = memory.state;
  state.position = x->position;
  state.last_at = x->last_at;
  state.created = x->created;
  state.profile = x->profile;
  for (auto& key : x->keys)
    state.keys[key.key] = key;
  state.revoked_keys.assign(x->revoked_keys.begin(), x->revoked_keys.end());
  for (auto& revoked : x->revoked_persons)
    state.revoked_persons[revoked.person] = revoked.at;
  for (auto& doctor : x->doctors)
    state.doctors[doctor.doctor] = doctor;
  for (auto& patient : x->patients)
    state.patients[patient.patient] = patient;
  for (auto& room : x->rooms)
    state.rooms[room.room] = std::move(room.state);
  state.archived_rooms.assign(x->archived_rooms.begin(), x->archived_rooms.end());
  for (auto& given : x->answers)
    memory.answers.push_back(
        {given.principal, given.command, given.at, given.seq, std::move(given.answer), given.digest});
  return memory;
}

} // namespace machiai
