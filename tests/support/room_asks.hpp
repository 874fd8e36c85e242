#pragma once

#include "actors/model/commands.hpp"
#include "actors/model/presence.hpp"

#include <string>

/// What tests of one room ask of it, in few words.
namespace machiai::test {

inline const room_id room_1{"room-1"};
inline constexpr milliseconds second{1000};
inline constexpr milliseconds minute{60'000};
inline constexpr milliseconds hour{3'600'000};

inline room_command admit_in(const std::string& person) {
  return {admit{room_1, person_id{person}}};
}

inline room_command send_out(const std::string& person) {
  return {send_back{room_1, person_id{person}}};
}

inline room_command put_out(const std::string& person) {
  return {remove_participant{room_1, person_id{person}}};
}

inline const room_command end_it{end_consultation{room_1}};
inline const room_command reopen_it{reopen_consultation{room_1}};
inline const room_command lock_it{lock_room{room_1}};
inline const room_command unlock_it{unlock_room{room_1}};
inline const room_command cancel_it{cancel_appointment{room_1}};

inline room_command invite_by(const std::string& person, party which = party::family) {
  return {invite_guest{room_1, which, "guest", invite_id{"i-" + person}, person_id{person}, "hash-" + person}};
}

inline room_command redeem(const std::string& person, const std::string& hash) {
  return {redeem_invite{room_1, invite_id{"i-" + person}, hash}};
}

inline room_command withdraw(const std::string& person) {
  return {revoke_invite{room_1, invite_id{"i-" + person}}};
}

inline presence_edge doubt_since(timestamp at) {
  return {presence_change::unstable, at};
}

} // namespace machiai::test
