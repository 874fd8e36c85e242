#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

#include <string>

/// What the clinic asks of a room.
namespace machiai {

/// From the waiting room into the room.
struct admit {
  room_id room;
  person_id person;
  friend bool operator==(const admit&, const admit&) = default;
};
BOOST_DESCRIBE_STRUCT(admit, (), (room, person))

/// Back to the waiting room; the admission is withdrawn.
struct send_back {
  room_id room;
  person_id person;
  friend bool operator==(const send_back&, const send_back&) = default;
};
BOOST_DESCRIBE_STRUCT(send_back, (), (room, person))

/// Out for good.
struct remove_participant {
  room_id room;
  person_id person;
  friend bool operator==(const remove_participant&, const remove_participant&) = default;
};
BOOST_DESCRIBE_STRUCT(remove_participant, (), (room, person))

/// Makes a single-use link for one guest. Ids and the secret's hash come from the gateway, which hands out the secret.
struct invite_guest {
  room_id room;
  machiai::party party = machiai::party::family;
  std::string display_name;
  invite_id invite;
  person_id person;
  std::string secret_hash;
  friend bool operator==(const invite_guest&, const invite_guest&) = default;
};
BOOST_DESCRIBE_STRUCT(invite_guest, (), (room, party, display_name, invite, person, secret_hash))

struct revoke_invite {
  room_id room;
  invite_id invite;
  friend bool operator==(const revoke_invite&, const revoke_invite&) = default;
};
BOOST_DESCRIBE_STRUCT(revoke_invite, (), (room, invite))

/// Uses the link up.
struct redeem_invite {
  room_id room;
  invite_id invite;
  std::string secret_hash;
  friend bool operator==(const redeem_invite&, const redeem_invite&) = default;
};
BOOST_DESCRIBE_STRUCT(redeem_invite, (), (room, invite, secret_hash))

/// Nobody who has not been in yet gets in; waiting goes on.
struct lock_room {
  room_id room;
  friend bool operator==(const lock_room&, const lock_room&) = default;
};
BOOST_DESCRIBE_STRUCT(lock_room, (), (room))

struct unlock_room {
  room_id room;
  friend bool operator==(const unlock_room&, const unlock_room&) = default;
};
BOOST_DESCRIBE_STRUCT(unlock_room, (), (room))

/// Everyone out; the bill stands.
struct end_consultation {
  room_id room;
  friend bool operator==(const end_consultation&, const end_consultation&) = default;
};
BOOST_DESCRIBE_STRUCT(end_consultation, (), (room))

/// Rule R18: what comes after an end is a correction of the bill.
struct reopen_consultation {
  room_id room;
  friend bool operator==(const reopen_consultation&, const reopen_consultation&) = default;
};
BOOST_DESCRIBE_STRUCT(reopen_consultation, (), (room))

} // namespace machiai
