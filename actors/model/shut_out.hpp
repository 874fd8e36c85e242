#pragma once

#include "actors/model/room_state.hpp"
#include "store/events.hpp"

#include <vector>

namespace machiai {

/// Who may not watch the room any more once `x` has happened; `before` is the room as it still was, null when the
/// clinic has no such room.
std::vector<person_id> shut_out_by(const event_payload& x, const room_state* before);

} // namespace machiai
