#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"

#include <boost/describe/enum.hpp>

namespace machiai {

/// What a session may see: the staff's board, or one visit as its patient or a guest sees it.
BOOST_DEFINE_ENUM_CLASS(audience, staff, patient, guest)

struct topic {
  machiai::audience audience = machiai::audience::staff;
  /// Empty for staff.
  room_id room;
  friend auto operator<=>(const topic&, const topic&) = default;
};
BOOST_DESCRIBE_STRUCT(topic, (), (audience, room))

} // namespace machiai
