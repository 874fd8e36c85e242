#pragma once

#include "actors/inspect.hpp"
#include "actors/model/commands.hpp"
#include "actors/model/room_state.hpp"
#include "actors/principal.hpp"

#include <string>
#include <vector>

/// To a patient, doctor or guest.
namespace machiai {

/// A device asks something for its person.
/// `device` is empty when its hello named none.
struct device_command {
  command_origin origin;
  person_command command;
  device_id device;
};
BOOST_DESCRIBE_STRUCT(device_command, (), (origin, command, device))

/// The person asked the clinic something under this id: it is no new command here either.
struct command_taken {
  used_command used;
};
BOOST_DESCRIBE_STRUCT(command_taken, (), (used))

/// The device does not answer; last heard of at `last_proof`.
struct device_silent {
  session_id session;
  timestamp last_proof;
};
BOOST_DESCRIBE_STRUCT(device_silent, (), (session, last_proof))

/// The silent device is heard again.
struct device_alive {
  session_id session;
};
BOOST_DESCRIBE_STRUCT(device_alive, (), (session))

/// The device's connection is gone.
struct device_lost {
  session_id session;
  timestamp last_proof;
};
BOOST_DESCRIBE_STRUCT(device_lost, (), (session, last_proof))

/// The device was in the room all along; this actor was not (it is a rebuilt one).
struct device_back {
  session_id session;
  room_id room;
  bool attentive = true;
};
BOOST_DESCRIBE_STRUCT(device_back, (), (session, room, attentive))

/// A shard is gone, and all devices on it.
struct shard_lost {
  uint64_t engine = 0;
  uint32_t shard = 0;
};
BOOST_DESCRIBE_STRUCT(shard_lost, (), (engine, shard))

/// What the clinic's log says of this person's place in a room, after each event that may have changed it and after
/// everything the person told the room: `heard` is the newest stamp that is accounted for, 0 when none is meant.
struct participation_changed {
  room_id room;
  machiai::whereabouts whereabouts = machiai::whereabouts::absent;
  uint64_t heard = 0;
};
BOOST_DESCRIBE_STRUCT(participation_changed, (), (room, whereabouts, heard))

/// The room died and stands again as the log knows it, or is gone for good, with this person at `whereabouts`. What was
/// on its way to the old one is lost: of the person's commands to it only `answered` ones count as seen.
struct room_rebuilt {
  room_id room;
  machiai::whereabouts whereabouts = machiai::whereabouts::absent;
  std::vector<used_command> answered;
};
BOOST_DESCRIBE_STRUCT(room_rebuilt, (), (room, whereabouts, answered))

/// What the person is called from its next entrance on.
struct person_renamed {
  std::string display_name;
};
BOOST_DESCRIBE_STRUCT(person_renamed, (), (display_name))

/// No session is this person's any more. An actor that has nothing left to look after says `person_idle`.
struct person_unwatched {};
BOOST_DESCRIBE_STRUCT(person_unwatched, (), ())

struct presence_due {};
BOOST_DESCRIBE_STRUCT(presence_due, (), ())

} // namespace machiai
