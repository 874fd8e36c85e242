#pragma once

#include <string>
#include <variant>

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

/// Everything that can be asked for, one struct each, in the imperative. Who may ask is decided by the gateway's access
/// table, what comes of it by the rules.
namespace machiai {

// By a person, about itself. Each device says it for itself; repeating it on another device adds that device.

/// A patient's or guest's device is at the waiting room's page.
struct enter_waiting_room {
  room_id room;
  friend bool operator==(const enter_waiting_room&, const enter_waiting_room&) = default;
};
BOOST_DESCRIBE_STRUCT(enter_waiting_room, (), (room))

/// A doctor's device enters. A doctor in another room leaves that one first.
struct enter_room {
  room_id room;
  friend bool operator==(const enter_room&, const enter_room&) = default;
};
BOOST_DESCRIBE_STRUCT(enter_room, (), (room))

/// This device leaves room or waiting room for good; the last one ends the stay at once.
struct leave_room {
  room_id room;
  friend bool operator==(const leave_room&, const leave_room&) = default;
};
BOOST_DESCRIBE_STRUCT(leave_room, (), (room))

/// This device's page became visible or hidden.
struct set_attention {
  room_id room;
  bool attentive = true;
  friend bool operator==(const set_attention&, const set_attention&) = default;
};
BOOST_DESCRIBE_STRUCT(set_attention, (), (room, attentive))

// By the clinic, about a room.

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

// By the clinic's own systems. A `put_` creates or replaces by the caller's id; repeating it changes nothing.

struct put_clinic {
  clinic_profile profile;
  friend bool operator==(const put_clinic&, const put_clinic&) = default;
};
BOOST_DESCRIBE_STRUCT(put_clinic, (), (profile))

struct put_key {
  signing_key key;
  friend bool operator==(const put_key&, const put_key&) = default;
};
BOOST_DESCRIBE_STRUCT(put_key, (), (key))

struct revoke_key {
  key_id key;
  friend bool operator==(const revoke_key&, const revoke_key&) = default;
};
BOOST_DESCRIBE_STRUCT(revoke_key, (), (key))

struct revoke_person {
  person_id person;
  friend bool operator==(const revoke_person&, const revoke_person&) = default;
};
BOOST_DESCRIBE_STRUCT(revoke_person, (), (person))

struct put_doctor {
  doctor_profile doctor;
  friend bool operator==(const put_doctor&, const put_doctor&) = default;
};
BOOST_DESCRIBE_STRUCT(put_doctor, (), (doctor))

struct put_patient {
  patient_profile patient;
  friend bool operator==(const put_patient&, const put_patient&) = default;
};
BOOST_DESCRIBE_STRUCT(put_patient, (), (patient))

struct put_appointment {
  machiai::appointment appointment;
  friend bool operator==(const put_appointment&, const put_appointment&) = default;
};
BOOST_DESCRIBE_STRUCT(put_appointment, (), (appointment))

struct cancel_appointment {
  room_id room;
  friend bool operator==(const cancel_appointment&, const cancel_appointment&) = default;
};
BOOST_DESCRIBE_STRUCT(cancel_appointment, (), (room))

/// What a device asks for its person.
struct person_command {
  std::variant<enter_waiting_room, enter_room, leave_room, set_attention> value;
  friend bool operator==(const person_command&, const person_command&) = default;
};
BOOST_DESCRIBE_STRUCT(person_command, (), (value))

/// What the clinic asks of one room.
struct room_command {
  std::variant<admit, send_back, remove_participant, invite_guest, revoke_invite, redeem_invite, lock_room, unlock_room,
               end_consultation, reopen_consultation, put_appointment, cancel_appointment>
    value;
  friend bool operator==(const room_command&, const room_command&) = default;
};
BOOST_DESCRIBE_STRUCT(room_command, (), (value))

/// What is asked of the clinic itself.
struct clinic_command {
  std::variant<put_clinic, put_key, revoke_key, revoke_person, put_doctor, put_patient> value;
  friend bool operator==(const clinic_command&, const clinic_command&) = default;
};
BOOST_DESCRIBE_STRUCT(clinic_command, (), (value))

room_id room_of(const person_command& command);
room_id room_of(const room_command& command);

} // namespace machiai
