#pragma once

#include "actors/person.hpp"

namespace machiai {

/// A relative, nurse, specialist or interpreter, invited by link for one room.
class guest_actor_state : public person_actor_state {
public:
  static constexpr const char* name = "guest";
  using person_actor_state::person_actor_state;
};

person_actor::behavior_type guest(person_actor::stateful_pointer<guest_actor_state> self, environment shared,
                                  person_start start, clinic_actor clinic);

} // namespace machiai
