#pragma once

#include "actors/inspect.hpp"
#include "actors/model/room_state.hpp"
#include "actors/principal.hpp"
#include "store/event_record.hpp"

#include <caf/actor_control_block.hpp>

#include <optional>
#include <vector>

/// What the auditor asks, and what it is told. Nobody changes anything because of such a question.
namespace machiai {

/// Which clinics behind this id are awake? At most `clinics_max`; none are left when fewer come.
struct get_awake_clinics {
  clinic_id after;
  uint32_t clinics_max = 0;
};
BOOST_DESCRIBE_STRUCT(get_awake_clinics, (), (after, clinics_max))

struct awake_clinic {
  clinic_id clinic;
  caf::strong_actor_ptr actor;
};
BOOST_DESCRIBE_STRUCT(awake_clinic, (), (clinic, actor))

struct awake_clinics {
  std::vector<awake_clinic> clinics;
};
BOOST_DESCRIBE_STRUCT(awake_clinics, (), (clinics))

/// What does the clinic believe of the rooms behind this id? At most `rooms_max`.
struct get_clinic_view {
  room_id after;
  uint32_t rooms_max = 0;
};
BOOST_DESCRIBE_STRUCT(get_clinic_view, (), (after, rooms_max))

struct room_view {
  room_id room;
  room_state state;
  /// Null when the room has no actor.
  caf::strong_actor_ptr actor;
};
BOOST_DESCRIBE_STRUCT(room_view, (), (room, state, actor))

struct clinic_view {
  machiai::position position;
  /// Of the newest event.
  digest head{};
  /// The store has all of it.
  bool is_durable = false;
  /// There are more rooms behind these.
  bool more = false;
  std::vector<room_view> rooms;
  /// Who has the clinic's stream open.
  std::vector<caf::strong_actor_ptr> shards;
};
BOOST_DESCRIBE_STRUCT(clinic_view, (), (position, head, is_durable, more, rooms, shards))

/// What does the room itself believe?
struct get_room_view {};
BOOST_DESCRIBE_STRUCT(get_room_view, (), ())

/// Whose devices of this clinic has the shard? Answered by `held_sessions`, news to the auditor.
struct get_sessions {
  clinic_id clinic;
  uint64_t look = 0;
  caf::strong_actor_ptr auditor;
};
BOOST_DESCRIBE_STRUCT(get_sessions, (), (clinic, look, auditor))

struct held_session {
  principal who;
  /// The room the device was let into last.
  std::optional<room_id> entered;
  bool is_closing = false;
};
BOOST_DESCRIBE_STRUCT(held_session, (), (who, entered, is_closing))

struct held_sessions {
  uint64_t look = 0;
  std::vector<held_session> sessions;
};
BOOST_DESCRIBE_STRUCT(held_sessions, (), (look, sessions))

struct audit_due {};
BOOST_DESCRIBE_STRUCT(audit_due, (), ())

/// Whoever has not answered this look will not.
struct look_late {
  uint64_t look = 0;
};
BOOST_DESCRIBE_STRUCT(look_late, (), (look))

} // namespace machiai
