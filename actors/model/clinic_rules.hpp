#pragma once

#include "actors/model/clinic_state.hpp"
#include "actors/model/commands.hpp"
#include "actors/model/room_rules.hpp"
#include "config/settings.hpp"

#include <caf/error.hpp>

#include <optional>

namespace machiai {

/// What is asked of the clinic itself.
decision decide(const clinic_state& state, const clinic_command& command, const clinic_settings& limits);

/// Why a command for a room cannot even be put to the room: an unknown clinic, patient or doctor, or too many rooms.
/// Nothing when the room may decide.
std::optional<caf::error> check_room_command(const clinic_state& state, const room_command& command,
                                             const clinic_settings& limits);

} // namespace machiai
