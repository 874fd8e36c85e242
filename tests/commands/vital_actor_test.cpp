#include "commands/exit_code.hpp"
#include "commands/vital_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

using namespace machiai;

namespace {

/// Lives through an actor's end; only ever called in a process of its own.
int outlive_actor(bool planned) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  const auto ending = std::make_shared<std::atomic<bool>>(planned);
  // With an argument, because CAF 0.17.6 dereferences a null pointer to spawn a functor without any.
  const auto victim = system.spawn(
      [](caf::event_based_actor*, const char* defect) -> caf::behavior {
        return {[defect](int) { throw std::runtime_error(defect); }};
      },
      "a defect");
  end_process_with(caf::actor_cast<caf::strong_actor_ptr>(victim), "victim", ending);
  caf::scoped_actor self{system};
  self->send(victim, 1);
  self->wait_for(victim);
  if (!planned) {
    // The word of the death may come before the end of the process; without that end the alarm is what ends it.
    alarm(30);
    pause();
  }
  return 0;
}

int exit_status_of(bool planned) {
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0)
    std::_Exit(outlive_actor(planned));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("engine: a vital actor's death ends the process, its planned end does not") {
  CHECK(exit_status_of(false) == static_cast<int>(exit_code::internal));
  CHECK(exit_status_of(true) == 0);
}
