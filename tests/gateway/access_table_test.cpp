#include "gateway/access_table.hpp"

#include <doctest/doctest.h>

using namespace machiai;

namespace {

const clinic_id clinic{"c1"};

token_claims bearer(role as, std::optional<room_id> room) {
  token_claims claims;
  claims.role = as;
  claims.clinic = as == role::operator_ ? clinic_id{} : clinic;
  claims.room = std::move(room);
  return claims;
}

} // namespace

TEST_CASE("access: a token for one room opens nothing to roles that see more than one") {
  for (const auto as : {role::operator_, role::system, role::staff, role::doctor})
    for (auto kind = 0; kind <= static_cast<int>(command_kind::get_usage); ++kind)
      CHECK_FALSE(may(bearer(as, room_id{"r1"}), static_cast<command_kind>(kind), clinic, room_id{"r1"}));
  CHECK(may(bearer(role::staff, std::nullopt), command_kind::lock_room, clinic, room_id{"r1"}));
}

TEST_CASE("access: a patient's token may name its room, a guest's has to") {
  CHECK(may(bearer(role::patient, std::nullopt), command_kind::enter_waiting_room, clinic, room_id{"r1"}));
  for (const auto as : {role::patient, role::guest}) {
    CHECK(may(bearer(as, room_id{"r1"}), command_kind::enter_waiting_room, clinic, room_id{"r1"}));
    CHECK_FALSE(may(bearer(as, room_id{"r1"}), command_kind::enter_waiting_room, clinic, room_id{"r2"}));
    CHECK_FALSE(may(bearer(as, room_id{"r1"}), command_kind::enter_waiting_room, clinic_id{"c2"}, room_id{"r1"}));
  }
  CHECK_FALSE(may(bearer(role::guest, std::nullopt), command_kind::enter_waiting_room, clinic, room_id{"r1"}));
}
