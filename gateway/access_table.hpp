#pragma once

#include "gateway/claims.hpp"
#include "gateway/command_kind.hpp"
#include "store/ids.hpp"

#include <boost/describe/enum.hpp>

namespace machiai {

/// How far a role may go with a command.
BOOST_DEFINE_ENUM_CLASS(access, deny, any_clinic, own_clinic, own_room)

/// The one table of who may do what: role × command × whose it is. Every role has a cell for every command; the
/// authorisation test is generated from it.
access access_of(role who, command_kind what);

/// True when the holder of `claims` may ask `what` of this clinic and of the room `about`, which is empty for a
/// command about none. With a room in it a token is good for patients and guests only. What a patient's own rooms are
/// beyond its token's `room` is for the clinic to say: it answers `not_found` for an appointment of somebody else as
/// for one that does not exist.
bool may(const token_claims& claims, command_kind what, const clinic_id& clinic, const room_id& about);

} // namespace machiai
