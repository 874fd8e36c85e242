#pragma once

#include "actors/inspect.hpp"
#include "actors/model/commands.hpp"
#include "actors/model/room_rules.hpp"
#include "actors/principal.hpp"
#include "actors/topic.hpp"
#include "store/events.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// To a clinic.
namespace machiai {

/// A shard wants this clinic's stream; answered by `feed_opened`. `shard` tells its sessions' ids apart.
struct open_feed {
  uint64_t engine = 0;
  uint32_t shard = 0;
};
BOOST_DESCRIBE_STRUCT(open_feed, (), (engine, shard))

/// The shard has no session of this clinic any more.
struct close_feed {
  uint64_t engine = 0;
  uint32_t shard = 0;
};
BOOST_DESCRIBE_STRUCT(close_feed, (), (engine, shard))

/// A session wants a topic, from `resume` on if that is still possible. `name` is what its token calls the person.
struct subscribe {
  session_id session;
  principal who;
  std::string name;
  machiai::topic topic;
  std::optional<position> resume;
};
BOOST_DESCRIBE_STRUCT(subscribe, (), (session, who, name, topic, resume))

/// A patient asks for its visits, or for the one its token is good for; answered by `subscribed` with them as the one
/// frame. The session watches nothing by it.
struct get_visits {
  session_id session;
  principal who;
  std::optional<room_id> room;
};
BOOST_DESCRIBE_STRUCT(get_visits, (), (session, who, room))

/// Whoever holds an invitation's link asks what it is to; answered by `subscribed` with the `invitation_view` as the
/// one frame, or refused as redeeming it would be. Nothing changes.
struct get_invitation {
  session_id session;
  room_id room;
  invite_id invite;
  std::string secret_hash;
};
BOOST_DESCRIBE_STRUCT(get_invitation, (), (session, room, invite, secret_hash))

/// The session is gone; it had asked for `topic` as `person`.
struct unsubscribe {
  session_id session;
  machiai::topic topic;
  person_id person;
};
BOOST_DESCRIBE_STRUCT(unsubscribe, (), (session, topic, person))

/// A person's actor is in no room and waits for nothing: whoever comes next can have a new one.
struct person_idle {
  person_id person;
};
BOOST_DESCRIBE_STRUCT(person_idle, (), (person))

/// A command that is not about the speaker itself.
struct clinic_request {
  command_origin origin;
  std::variant<clinic_command, room_command> command;
};
BOOST_DESCRIBE_STRUCT(clinic_request, (), (origin, command))

/// A person saw this command before; give the same answer again.
struct repeat_answer {
  command_origin origin;
};
BOOST_DESCRIBE_STRUCT(repeat_answer, (), (origin))

/// A decision: the events to number, in order, and the answer to whoever asked. `refusal` excludes events of the
/// command itself, but not those that preceded it. `heard` is the stamp of what `person` told the room, 0 when the
/// decision is about nothing a person told; the person is told back what became of it, even if nothing did.
struct room_decided {
  room_id room;
  timestamp at;
  author by;
  std::vector<event_payload> events;
  std::optional<command_origin> origin;
  std::optional<caf::error> refusal;
  person_id person;
  uint64_t heard = 0;
};
BOOST_DESCRIBE_STRUCT(room_decided, (), (room, at, by, events, origin, refusal, person, heard))

/// This session's device is in all its rooms by a newer connection.
struct device_replaced {
  session_id session;
};
BOOST_DESCRIBE_STRUCT(device_replaced, (), (session))

struct get_room {
  room_id room;
  /// Who asks.
  person_id person;
};
BOOST_DESCRIBE_STRUCT(get_room, (), (room, person))

/// Answered with true, or with the refusal an entrance would get now. Lets nobody in.
struct check_entry {
  room_id room;
  identity who;
};
BOOST_DESCRIBE_STRUCT(check_entry, (), (room, who))

/// Write a snapshot, then end.
struct go_to_sleep {};
BOOST_DESCRIBE_STRUCT(go_to_sleep, (), ())

struct idle_check_due {};
BOOST_DESCRIBE_STRUCT(idle_check_due, (), ())

} // namespace machiai
