#include "gateway/access_table.hpp"

namespace machiai {

namespace {

/// One row: what each role may do with a command.
struct row {
  access operator_;
  access system;
  access staff;
  access doctor;
  access patient;
  access guest;
};

constexpr auto no = access::deny;
constexpr auto any = access::any_clinic;
constexpr auto own = access::own_clinic;
constexpr auto room = access::own_room;

// clang-format off
constexpr row row_of(command_kind what) {
  switch (what) {
  //                                              operator system staff doctor patient guest
  case command_kind::hello:               return {no,      own,   own,  own,   room,   room};
  case command_kind::renew:               return {no,      own,   own,  own,   own,    room};
  case command_kind::ask_beat:            return {no,      own,   own,  own,   own,    own};
  case command_kind::enter_waiting_room:  return {no,      no,    no,   no,    room,   room};
  case command_kind::enter_room:          return {no,      no,    no,   own,   no,     no};
  case command_kind::leave_room:          return {no,      no,    no,   own,   room,   room};
  case command_kind::set_attention:       return {no,      no,    no,   own,   room,   room};
  case command_kind::set_media:           return {no,      no,    no,   own,   room,   room};
  case command_kind::report_device_test:  return {no,      no,    no,   own,   room,   room};
  case command_kind::join_call:           return {no,      no,    no,   own,   room,   room};
  case command_kind::leave_call:          return {no,      no,    no,   own,   room,   room};
  case command_kind::send_signal:         return {no,      no,    no,   own,   room,   room};
  case command_kind::report_quality:      return {no,      no,    no,   own,   room,   room};
  case command_kind::admit:               return {no,      no,    own,  own,   no,     no};
  case command_kind::send_back:           return {no,      no,    own,  own,   no,     no};
  case command_kind::remove:              return {no,      no,    own,  own,   no,     no};
  case command_kind::invite:              return {no,      no,    own,  own,   no,     no};
  case command_kind::revoke_invite:       return {no,      no,    own,  own,   no,     no};
  // The invitation's secret is the credential; there is no token yet.
  case command_kind::get_invitation:      return {no,      no,    no,   no,    no,     no};
  case command_kind::redeem_invite:       return {no,      no,    no,   no,    no,     no};
  case command_kind::lock_room:           return {no,      no,    own,  own,   no,     no};
  case command_kind::unlock_room:         return {no,      no,    own,  own,   no,     no};
  case command_kind::end_consultation:    return {no,      no,    own,  own,   no,     no};
  case command_kind::reopen_consultation: return {no,      no,    own,  own,   no,     no};
  case command_kind::put_clinic:          return {any,     no,    no,   no,    no,     no};
  case command_kind::put_key:             return {any,     own,   no,   no,    no,     no};
  case command_kind::revoke_key:          return {any,     own,   no,   no,    no,     no};
  case command_kind::revoke_person:       return {any,     own,   no,   no,    no,     no};
  case command_kind::put_doctor:          return {any,     own,   no,   no,    no,     no};
  case command_kind::put_patient:         return {any,     own,   own,  no,    no,     no};
  case command_kind::put_appointment:     return {any,     own,   own,  no,    no,     no};
  case command_kind::cancel_appointment:  return {any,     own,   own,  no,    no,     no};
  case command_kind::get_board:           return {any,     own,   own,  own,   no,     no};
  case command_kind::get_visits:          return {no,      no,    no,   no,    room,   no};
  case command_kind::get_usage:           return {any,     own,   own,  no,    no,     no};
  }
  return {no, no, no, no, no, no};
}
// clang-format on

} // namespace

access access_of(role who, command_kind what) {
  const auto cells = row_of(what);
  switch (who) {
  case role::operator_:
    return cells.operator_;
  case role::system:
    return cells.system;
  case role::staff:
    return cells.staff;
  case role::doctor:
    return cells.doctor;
  case role::patient:
    return cells.patient;
  case role::guest:
    return cells.guest;
  case role::engine:
    return access::deny;
  }
  return access::deny;
}

bool may(const token_claims& claims, command_kind what, const clinic_id& clinic, const room_id& about) {
  // Good for one room only, and what these roles may do reaches further.
  if (claims.room && claims.role != role::patient && claims.role != role::guest)
    return false;
  switch (access_of(claims.role, what)) {
  case access::deny:
    return false;
  case access::any_clinic:
    return true;
  case access::own_clinic:
    return claims.clinic == clinic;
  case access::own_room:
    // A guest is always bound to one room; a patient only if the token says so.
    if (claims.role == role::guest && !claims.room)
      return false;
    return claims.clinic == clinic && (!claims.room || about.empty() || *claims.room == about);
  }
  return false;
}

} // namespace machiai
