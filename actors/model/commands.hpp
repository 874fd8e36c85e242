#pragma once

#include "actors/model/clinic_commands.hpp"
#include "actors/model/person_commands.hpp"
#include "actors/model/room_commands.hpp"

#include <variant>

/// Everything that can be asked for, one struct each, in the imperative. Who may ask is decided by the gateway's access
/// table, what comes of it by the rules.
namespace machiai {

/// What a device asks for its person.
struct person_command {
  std::variant<enter_waiting_room, enter_room, leave_room, set_attention, set_media, report_device_test> value;
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
