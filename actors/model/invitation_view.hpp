#pragma once

#include "actors/model/patient_visits.hpp"

#include <string>

namespace machiai {

/// What whoever holds a link that still lets in is told before using it: by whom and as whom invited, and to when.
struct invitation_view {
  clinic_address clinic;
  machiai::party party = machiai::party::family;
  std::string display_name;
  timestamp starts_at;
};
BOOST_DESCRIBE_STRUCT(invitation_view, (), (clinic, party, display_name, starts_at))

} // namespace machiai
