#include "commands/batch_threads.hpp"

#include <sched.h>

namespace machiai {

void batch_threads::thread_started() {
  // Refused nowhere that matters (it needs no privilege), and nothing depends on it.
  const sched_param no_priority{};
  static_cast<void>(::sched_setscheduler(0, SCHED_BATCH, &no_priority));
}

} // namespace machiai
