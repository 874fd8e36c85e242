#include "actors/guest.hpp"

#include <caf/stateful_actor.hpp>

#include <utility>

namespace machiai {

person_actor::behavior_type guest(person_actor::stateful_pointer<guest_actor_state> self, environment shared,
                                  person_start start, clinic_actor clinic) {
  self->state.init(std::move(shared), std::move(start), std::move(clinic));
  return person_behavior(self->state);
}

} // namespace machiai
