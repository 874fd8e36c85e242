#include "tests/support/simulated_engine.hpp"

#include "actors/event_log.hpp"
#include "actors/registry.hpp"
#include "actors/type_ids.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace machiai::test {

namespace {

struct machiai_config : caf::actor_system_config {
  machiai_config() {
    add_message_types<caf::id_block::machiai>();
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// The clock keeps its timers to itself; a test must know when the next one is due to stop there.
struct timer_peek : caf::detail::test_actor_clock {
  static schedule_map& schedule(caf::detail::test_actor_clock& clock) { return clock.*(&timer_peek::schedule_); }
};

} // namespace

simulated_engine::simulated_engine(engine_options x)
    : config_(machiai_config{}),
      system_(config_), coordinator_{&dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler()),
                                     dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler()).jobs},
      start_(coordinator_.clock_now()), starts_at_(x.starts_at) {
  system_.await_actors_before_shutdown(false);
  store_ = std::make_shared<faulty_event_store>(std::make_unique<memory_event_store>(x.disk), std::move(x.faults));
  shared_.settings = std::move(x.settings);
  shared_.engine = x.engine;
  shared_.clock = [this] { return now(); };
  log_ = system_.spawn(event_log, shared_, std::shared_ptr<event_store>{store_});
  registry_ = system_.spawn(machiai::registry, shared_, log_);
}

simulated_engine::~simulated_engine() {
  store_->set_down(true);
  caf::anon_send_exit(log_, caf::exit_reason::kill);
  caf::anon_send_exit(registry_, caf::exit_reason::kill);
  settle();
}

timestamp simulated_engine::now() const {
  return starts_at_ + std::chrono::duration_cast<milliseconds>(coordinator_.clock_now() - start_);
}

void simulated_engine::run_job(size_t index) {
  auto& jobs = coordinator_.jobs;
  const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(index);
  std::rotate(jobs.begin(), chosen, chosen + 1);
  coordinator_.coordinator->run_once();
}

std::string simulated_engine::job_name(size_t index) {
  const auto* actor = dynamic_cast<caf::local_actor*>(coordinator_.jobs[index]);
  return actor != nullptr ? actor->name() : "?";
}

void simulated_engine::settle() {
  constexpr size_t messages_max = 200'000;
  if (coordinator_.coordinator->run(messages_max) < messages_max)
    return;
  std::string who;
  for (size_t i = 0; i < 20 && jobs() > 0; ++i) {
    who += ' ' + job_name(0);
    coordinator_.coordinator->run_once();
  }
  throw std::runtime_error("the actors never come to rest:" + who);
}

std::optional<std::chrono::steady_clock::time_point> simulated_engine::next_timer() {
  const auto& schedule = timer_peek::schedule(coordinator_.coordinator->clock());
  return schedule.empty() ? std::nullopt : std::optional{schedule.begin()->first};
}

void simulated_engine::advance(milliseconds length, bool settling) {
  auto& clock = coordinator_.coordinator->clock();
  const auto target = clock.current_time + length;
  if (settling)
    settle();
  for (auto due = next_timer(); due && *due <= target; due = next_timer()) {
    clock.trigger_timeout();
    if (settling)
      settle();
  }
  clock.current_time = std::max(clock.current_time, target);
}

} // namespace machiai::test
