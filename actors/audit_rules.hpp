#pragma once

#include "actors/audit_messages.hpp"
#include "metrics/state_labels.hpp"
#include "store/event_store.hpp"

#include <optional>
#include <vector>

/// What may not differ between a clinic's actors, its store and the sockets. Pure.
namespace machiai {

/// One thing that two parts of the engine see differently.
struct audit_mismatch {
  audit_label kind = audit_label::store;
  /// Empty for what concerns the whole clinic.
  room_id room;
  person_id person;
  friend bool operator==(const audit_mismatch&, const audit_mismatch&) = default;
};

/// Everything one look gathered.
struct audit_look {
  clinic_id clinic;
  clinic_view view;
  /// What rooms with an actor say of themselves.
  std::vector<room_view> rooms;
  /// Of all shards that have the stream open.
  std::vector<held_session> sessions;
};

/// A room's actor against the clinic's state; people in the state against devices at the sockets, and the reverse.
std::vector<audit_mismatch> compare_actors(const audit_look& look);

/// The clinic's state and head against what the store holds up to there: `history` as loaded with the view's position
/// for a limit. Also checks the hash chain of the events in it.
std::vector<audit_mismatch> compare_store(const audit_look& look, const clinic_history& history);

} // namespace machiai
