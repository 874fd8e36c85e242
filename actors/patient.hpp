#pragma once

#include "actors/person.hpp"

namespace machiai {

/// A patient: waits, is admitted, is in the room with any number of devices.
class patient_actor_state : public person_actor_state {
public:
  static constexpr const char* name = "patient";
  using person_actor_state::person_actor_state;
};

person_actor::behavior_type patient(person_actor::stateful_pointer<patient_actor_state> self, environment shared,
                                    person_start start, clinic_actor clinic);

} // namespace machiai
