#pragma once

#include "actors/model/clinic_state.hpp"

#include <cstdint>
#include <map>

namespace machiai {

/// Place in line of every visit with a patient in the waiting room; 1 is next. Earlier is whoever first came to the
/// waiting room earlier: the place belongs to the visit and survives refresh, another phone and a restart. Only visits
/// that wait for one of the same doctors count; a visit without a doctor counts for, and waits behind, everybody.
std::map<room_id, uint32_t> waiting_line(const clinic_state& state);

} // namespace machiai
