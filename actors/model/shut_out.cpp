#include "actors/model/shut_out.hpp"

#include <algorithm>

namespace machiai {

std::vector<person_id> shut_out_by(const event_payload& x, const room_state* before) {
  if (const auto* removed = std::get_if<participant_removed>(&x.value))
    return {removed->person};
  if (const auto* revoked = std::get_if<invite_revoked>(&x.value))
    return {revoked->person};
  std::vector<person_id> result;
  if (const auto* changed = std::get_if<appointment_changed>(&x.value); changed && before) {
    const auto& still = changed->appointment.patients;
    for (const auto& patient : before->appointment.patients)
      if (std::find(still.begin(), still.end(), patient) == still.end())
        result.push_back(patient);
  }
  return result;
}

} // namespace machiai
