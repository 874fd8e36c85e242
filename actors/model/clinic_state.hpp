#pragma once

#include "actors/model/room_state.hpp"
#include "store/event_record.hpp"
#include "store/events.hpp"

#include <caf/expected.hpp>

#include <deque>
#include <map>
#include <vector>

namespace machiai {

/// Everything known of one clinic, folded from its events: what the board shows and what rooms and persons are rebuilt
/// from. Plain data; the fold is `apply`.
struct clinic_state {
  bool created = false;
  clinic_profile profile;
  std::map<key_id, signing_key> keys;
  /// The last ones, oldest first: a key that leaked must not be registered again.
  std::deque<key_id> revoked_keys;
  /// Tokens of these persons issued up to this time are void.
  std::map<person_id, timestamp> revoked_persons;
  std::map<person_id, doctor_profile> doctors;
  std::map<person_id, patient_profile> patients;
  std::map<room_id, room_state> rooms;
  /// The last rooms that left the board, oldest first: an appointment put again must not come back to life.
  std::deque<room_id> archived_rooms;
  /// The newest event folded in.
  machiai::position position;
  timestamp last_at;
  friend bool operator==(const clinic_state&, const clinic_state&) = default;
};

/// Folds one event into the state. Replay and live run this same function.
/// @pre `x` follows the last one: its seq is the next.
void apply(clinic_state& state, const event& x);

const room_state* find_room(const clinic_state& state, const room_id& room);

/// What a snapshot holds: the state and the remembered answers, oldest first.
struct clinic_memory {
  clinic_state state;
  std::vector<answer_record> answers;
};

/// A snapshot's text, and back. Reading fails with `ec::store_damaged`, or `ec::store_version` for one that a newer
/// program wrote.
std::string encode_snapshot(const clinic_memory& memory);
caf::expected<clinic_memory> decode_snapshot(std::string_view text);

/// A person's name as the clinic's records have it; empty when they have none.
std::string recorded_name(const clinic_state& state, const person_id& person);

} // namespace machiai
