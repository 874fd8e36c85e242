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
  command_id command;
  principal who;
  /// Empty when the device gave none in its hello.
  device_id device;
  call_command what;
};
BOOST_DESCRIBE_STRUCT(call_message, (), (session, command, who, device, what))

/// To the clinic, and from there to a shard, after all before it is durable. `session` is whom it is for; none: all
/// consoles. `text` is a frame for it; without one, `command` has its answer: `refusal`, or it joined the call.
struct call_told {
  clinic_id clinic;
  std::optional<session_id> session;
  std::string text;
  std::optional<command_id> command;
  std::optional<caf::error> refusal;
};
BOOST_DESCRIBE_STRUCT(call_told, (), (clinic, session, text, command, refusal))

} // namespace machiai
