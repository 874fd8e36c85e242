#include "gateway/command_kind.hpp"

#include <variant>

namespace machiai {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

} // namespace

command_kind kind_of(const person_command& command) {
  return std::visit(overloaded{[](const enter_waiting_room&) { return command_kind::enter_waiting_room; },
                               [](const enter_room&) { return command_kind::enter_room; },
                               [](const leave_room&) { return command_kind::leave_room; },
                               [](const set_attention&) { return command_kind::set_attention; },
                               [](const set_media&) { return command_kind::set_media; },
                               [](const report_device_test&) { return command_kind::report_device_test; }},
                    command.value);
}

command_kind kind_of(const room_command& command) {
  return std::visit(overloaded{[](const admit&) { return command_kind::admit; },
                               [](const send_back&) { return command_kind::send_back; },
                               [](const remove_participant&) { return command_kind::remove; },
                               [](const invite_guest&) { return command_kind::invite; },
                               [](const revoke_invite&) { return command_kind::revoke_invite; },
                               [](const redeem_invite&) { return command_kind::redeem_invite; },
                               [](const lock_room&) { return command_kind::lock_room; },
                               [](const unlock_room&) { return command_kind::unlock_room; },
                               [](const end_consultation&) { return command_kind::end_consultation; },
                               [](const reopen_consultation&) { return command_kind::reopen_consultation; },
                               [](const put_appointment&) { return command_kind::put_appointment; },
                               [](const cancel_appointment&) { return command_kind::cancel_appointment; }},
                    command.value);
}

command_kind kind_of(const call_command& command) {
  return std::visit(overloaded{[](const join_call&) { return command_kind::join_call; },
                               [](const leave_call&) { return command_kind::leave_call; },
                               [](const call_signal&) { return command_kind::send_signal; },
                               [](const report_quality&) { return command_kind::report_quality; }},
                    command.value);
}

command_kind kind_of(const clinic_command& command) {
  return std::visit(overloaded{[](const put_clinic&) { return command_kind::put_clinic; },
                               [](const put_key&) { return command_kind::put_key; },
                               [](const revoke_key&) { return command_kind::revoke_key; },
                               [](const revoke_person&) { return command_kind::revoke_person; },
                               [](const put_doctor&) { return command_kind::put_doctor; },
                               [](const put_patient&) { return command_kind::put_patient; }},
                    command.value);
}

} // namespace machiai
