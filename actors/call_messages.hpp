#pragma once

#include "actors/inspect.hpp"
#include "actors/model/call_commands.hpp"
#include "actors/model/session_id.hpp"
#include "actors/principal.hpp"

#include <caf/error.hpp>

#include <optional>
#include <string>

/// Between the devices of a call, through clinic and room.
namespace machiai {

/// To the clinic, and from there to the room: a device asks something about the call.
struct call_message {
  session_id session;
  /// Empty when the shard says on its own what the device had said before; the answer is the shard's then.
  command_id command;
  principal who;
  /// Empty when the device gave none in its hello.
  device_id device;
  call_command what;
};
BOOST_DESCRIBE_STRUCT(call_message, (), (session, command, who, device, what))

/// To the clinic, and from there to the room: the connection is gone by which this device was in the room's call.
struct call_device_lost {
  session_id session;
  room_id room;
};
BOOST_DESCRIBE_STRUCT(call_device_lost, (), (session, room))

/// To the shards: the room's actor died, and who was in its call with it. Devices that were must join again.
struct call_forgotten {
  clinic_id clinic;
  room_id room;
};
BOOST_DESCRIBE_STRUCT(call_forgotten, (), (clinic, room))

/// To the clinic, and from there to a shard, after all before it is durable. `session` is whom it is for; none: all
/// consoles. `text` is a frame for it; without one, `command` has its answer: `refusal`, or it joined the call.
struct call_told {
  clinic_id clinic;
  std::optional<session_id> session;
  std::optional<command_id> command;
  std::optional<caf::error> refusal;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(call_told, (), (clinic, session, command, refusal, text))

} // namespace machiai
