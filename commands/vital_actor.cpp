#include "commands/vital_actor.hpp"

#include "commands/exit_code.hpp"
#include "config/log.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>

#include <cstdlib>
#include <utility>

namespace machiai {

void end_process_with(const caf::strong_actor_ptr& who, const char* name,
                      std::shared_ptr<const std::atomic<bool>> ending) {
  caf::actor_cast<caf::abstract_actor*>(who)->attach_functor([name, ending = std::move(ending)](const caf::error& why) {
    if (*ending)
      return;
    log_error("engine.actor_died", why, {{"actor", log_text(name)}});
    std::_Exit(fail(exit_code::internal, "an actor that nothing works without has died"));
  });
}

} // namespace machiai
