#pragma once

#include <caf/thread_hook.hpp>

namespace machiai {

/// Runs CAF's threads under SCHED_BATCH (sched(7)): one that is woken does not push the thread that woke it off its
/// core. Where cores are few, a shard then hands over all that a turn of its loop brought, and a worker all that its
/// queue holds, before the other one runs; with a core to spare a woken thread starts at once, as ever.
class batch_threads final : public caf::thread_hook {
public:
  void init(caf::actor_system&) override {}
  void thread_started() override;
  void thread_terminates() override {}
};

} // namespace machiai
