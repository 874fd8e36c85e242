#pragma once

#include "actors/model/call_commands.hpp"
#include "actors/model/commands.hpp"

#include <boost/describe/enum.hpp>

namespace machiai {

/// Everything a client can ask for, by WebSocket or HTTP, under its one name: the `type` of its frame, the row of the
/// access table, the label of its metric.
BOOST_DEFINE_ENUM_CLASS(command_kind, hello, renew, ask_beat, enter_waiting_room, enter_room, leave_room, set_attention,
                        set_media, report_device_test, join_call, leave_call, send_signal, report_quality, admit,
                        send_back, remove, invite, revoke_invite, redeem_invite, lock_room, unlock_room,
                        end_consultation, reopen_consultation, put_clinic, put_key, revoke_key, revoke_person,
                        put_doctor, put_patient, put_appointment, cancel_appointment, get_board, get_visits, get_usage,
                        get_invitation)

command_kind kind_of(const person_command& command);
command_kind kind_of(const room_command& command);
command_kind kind_of(const call_command& command);
command_kind kind_of(const clinic_command& command);

} // namespace machiai
