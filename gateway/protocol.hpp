#pragma once

#include "actors/model/call_commands.hpp"
#include "actors/model/commands.hpp"
#include "actors/shard_messages.hpp"
#include "gateway/command_kind.hpp"
#include "store/events.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The WebSocket protocol `machiai.v1`: JSON text frames, described in docs/protocol. Pure: text in, structs out, and
/// back. The server is strict: an unknown type, field or value is an error that names it.
namespace machiai {

/// The first frame of a client. `room` chooses the visit a patient looks at when the token does not.
struct hello {
  std::string token;
  std::optional<room_id> room;
  std::optional<position> resume;
  /// Without one this connection is a device of its own, and joins no call.
  std::optional<device_id> device;
};
BOOST_DESCRIBE_STRUCT(hello, (), (token, room, resume, device))

/// A new token for a live session, of the same person.
struct renew {
  command_id id;
  std::string token;
};

/// A sign of life is wanted before the next one is due.
struct ask_beat {
  command_id id;
};

/// Staff's wish for a guest's link; ids and secret are the gateway's to make.
struct invite_wish {
  room_id room;
  machiai::party party = machiai::party::family;
  std::string display_name;
};
BOOST_DESCRIBE_STRUCT(invite_wish, (), (room, party, display_name))

/// A command with the client's id for it. The same id sent again gets the same answer.
struct addressed_command {
  command_id id;
  command_kind kind = command_kind::hello;
  std::variant<person_command, room_command, invite_wish, call_command> what;
};

using client_message = std::variant<hello, renew, ask_beat, addressed_command>;

/// What was wrong with a frame, and of which command, if that much could be read.
struct protocol_error {
  caf::error why;
  std::optional<command_id> id;
};

std::variant<client_message, protocol_error> decode_message(std::string_view text);

/// The room a command is about.
room_id room_of(const addressed_command& command);

// Frames to the client; `type` comes first.

std::string welcome_frame(const session_id& session, const subscribed& x, const person_id& who, role as,
                          uint32_t beat_interval_ms);
/// `answer` is the clinic's JSON object; its members follow `type` and `id`.
std::string reply_frame(const command_id& id, std::string_view answer);
/// A refusal by the gateway itself, before anybody decided.
std::string refusal_frame(const command_id& id, const caf::error& why);
/// An error that belongs to no command.
std::string error_frame(const caf::error& why);
std::string beat_frame(position top, timestamp at);
std::string renewed_frame(const command_id& id, timestamp expires_at);
/// The device is in the call; `ice_servers` is the JSON array of the servers that help.
std::string joined_frame(const command_id& id, std::string_view ice_servers);
/// Come back at a random time within the window.
std::string reconnect_frame(uint32_t window_ms);

} // namespace machiai
