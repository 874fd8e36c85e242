#pragma once

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "store/memory/memory_event_store.hpp"
#include "tests/support/faulty_event_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <memory>
#include <optional>

namespace machiai::test {

/// 2026-11-22T01:00:00Z, ten in the morning in Japan.
inline constexpr timestamp simulation_start{1'795'309'200'000};

struct engine_options {
  std::shared_ptr<const machiai::settings> settings = std::make_shared<machiai::settings>();
  /// Outlives the engine, as a disk outlives a process.
  std::shared_ptr<memory_log> disk = std::make_shared<memory_log>();
  commit_faults faults;
  incarnation engine = 1;
  timestamp starts_at = simulation_start;
};

/// One engine process without gateway: event log, registry and what they wake, on one thread and under virtual time.
/// The actors' clock and the wall clock are one. Its end is a crash: nothing is written any more, nobody says goodbye.
class simulated_engine {
public:
  explicit simulated_engine(engine_options x);
  ~simulated_engine();
  simulated_engine(const simulated_engine&) = delete;
  simulated_engine& operator=(const simulated_engine&) = delete;

  [[nodiscard]] caf::actor_system& system() { return system_; }
  [[nodiscard]] const environment& shared() const { return shared_; }
  [[nodiscard]] event_log_actor log() const { return log_; }
  [[nodiscard]] registry_actor registry() const { return registry_; }
  [[nodiscard]] faulty_event_store& store() { return *store_; }
  [[nodiscard]] timestamp now() const;

  /// Actors that have a message to handle.
  [[nodiscard]] size_t jobs() { return coordinator_.jobs.size(); }
  /// Lets the `index`-th of them handle one message.
  void run_job(size_t index);
  /// The actor that `run_job(index)` would run.
  [[nodiscard]] std::string job_name(size_t index);

  /// Runs until no actor has anything to do; no time passes.
  void settle();

  /// Lets time pass, firing every timer at its time. `settle`s before and after each when `settling`.
  void advance(milliseconds length, bool settling = true);

private:
  [[nodiscard]] std::chrono::steady_clock::time_point clock_time() const { return coordinator_.clock_now(); }
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_timer();

  /// `clock()` of the coordinator is not const.
  struct coordinator_view {
    caf::scheduler::test_coordinator* coordinator;
    std::deque<caf::resumable*>& jobs;
    [[nodiscard]] std::chrono::steady_clock::time_point clock_now() const { return coordinator->clock().current_time; }
  };

  caf::actor_system_config config_;
  caf::actor_system system_;
  coordinator_view coordinator_;
  std::chrono::steady_clock::time_point start_;
  timestamp starts_at_;
  std::shared_ptr<faulty_event_store> store_;
  environment shared_;
  event_log_actor log_;
  registry_actor registry_;
};

} // namespace machiai::test
