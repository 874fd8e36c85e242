#pragma once

#include "actors/clinic.hpp"
#include "actors/room.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>

namespace machiai::test {

/// The state of a living actor of this process; null when it has ended. Only for tests that step the actors themselves.
template <class State, class Handle>
const State* state_of(const Handle& actor) {
  auto* known = caf::actor_cast<caf::abstract_actor*>(actor);
  if (known == nullptr || known->getf(caf::abstract_actor::is_terminated_flag))
    return nullptr;
  return &dynamic_cast<typename Handle::template stateful_pointer<State>>(known)->state;
}

} // namespace machiai::test
