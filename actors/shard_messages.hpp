#pragma once

#include "actors/inspect.hpp"
#include "actors/principal.hpp"
#include "actors/topic.hpp"
#include "store/events.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>

#include <optional>
#include <string>
#include <vector>

/// To a gateway shard.
namespace machiai {

/// What a shard needs to check tokens of this clinic.
struct credentials {
  std::vector<signing_key> keys;
  std::vector<key_id> revoked_keys;
  struct revocation {
    person_id person;
    timestamp at;
  };
  std::vector<revocation> revoked_persons;
};
BOOST_DESCRIBE_STRUCT(credentials::revocation, (), (person, at))
BOOST_DESCRIBE_STRUCT(credentials, (), (keys, revoked_keys, revoked_persons))

/// The answer to `seek_clinic`: the actor, or why there is none.
struct clinic_found {
  clinic_id clinic;
  std::optional<caf::error> refusal;
  caf::strong_actor_ptr actor;
};
BOOST_DESCRIBE_STRUCT(clinic_found, (), (clinic, refusal, actor))

/// The stream is open, or the clinic's keys changed: sessions that are no longer entitled must go.
struct feed_opened {
  clinic_id clinic;
  machiai::credentials credentials;
};
BOOST_DESCRIBE_STRUCT(feed_opened, (), (clinic, credentials))

/// A message for all sessions of one topic, already in its wire form. Later frames with the same key replace earlier
/// ones that are still queued. `more`: another frame of the same position follows.
struct frame {
  machiai::topic topic;
  machiai::position position;
  std::string key;
  bool more = false;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(frame, (), (topic, position, key, more, text))

/// Durable news, in order.
struct feed {
  clinic_id clinic;
  std::vector<frame> frames;
  /// As in `appended`.
  int64_t committed_at_us = 0;
  /// When the clinic decided it, by the same clock.
  int64_t decided_at_us = 0;
};
BOOST_DESCRIBE_STRUCT(feed, (), (clinic, frames, committed_at_us, decided_at_us))

/// How a session's wish to resume came out.
BOOST_DEFINE_ENUM_CLASS(resume_outcome, nothing_missed, replayed, reload)

/// The session sees its topic from `position` on. `frames` come first: what it missed, or a snapshot.
struct subscribed {
  clinic_id clinic;
  session_id session;
  machiai::topic topic;
  std::optional<caf::error> refusal;
  resume_outcome outcome = resume_outcome::reload;
  machiai::position position;
  std::vector<std::string> frames;
  /// The patient, doctor or guest this session is a device of; none for staff.
  caf::strong_actor_ptr person;
};
BOOST_DESCRIBE_STRUCT(subscribed, (), (clinic, session, topic, refusal, outcome, position, frames, person))

/// A person's actor died and stands again: its devices must say that they are there.
struct person_rebuilt {
  clinic_id clinic;
  person_id id;
  caf::strong_actor_ptr person;
};
BOOST_DESCRIBE_STRUCT(person_rebuilt, (), (clinic, id, person))

/// The one answer to a command, as JSON object text.
struct answered {
  clinic_id clinic;
  session_id session;
  command_id command;
  std::string answer;
};
BOOST_DESCRIBE_STRUCT(answered, (), (clinic, session, command, answer))

/// The clinic put this person out of the room: its sessions there end for good.
struct expelled {
  clinic_id clinic;
  room_id room;
  person_id person;
};
BOOST_DESCRIBE_STRUCT(expelled, (), (clinic, room, person))

/// The session's device is there by a newer connection, which took its place: this one ends.
struct session_replaced {
  clinic_id clinic;
  session_id session;
};
BOOST_DESCRIBE_STRUCT(session_replaced, (), (clinic, session))

} // namespace machiai
