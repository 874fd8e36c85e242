#pragma once

#include "tests/simulation/client.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/watch_checker.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace machiai::test {

struct simulation_options {
  uint64_t seed = 1;
  size_t steps = 2000;
  size_t clinics = 2;
  bool verbose = false;
};

/// Doctors, patients, guests and consoles of some clinics, on engines that run under virtual time while the seed
/// decides everything: who runs next, who drops or repeats what, which commit fails, what dies, when the engine dies.
/// After `steps` the faults stop and everything must converge. Checks run all the time (watch_checker) and at the end
/// (history_checks).
class simulation {
public:
  explicit simulation(simulation_options options);
  ~simulation();

  /// What went wrong first; empty for nothing.
  std::string run();

  [[nodiscard]] size_t step() const { return step_; }
  /// How much happened.
  [[nodiscard]] std::string summary() const;
  /// The newest steps, oldest first.
  [[nodiscard]] const std::deque<std::string>& last_steps() const { return journal_; }

private:
  /// One engine process and the shards on it.
  struct process {
    std::unique_ptr<simulated_engine> engine;
    std::vector<std::unique_ptr<simulated_shard>> shards;
  };

  // The world.
  void found_clinics();
  void open_practice();
  void start_engine(bool with_faults);
  void end_engine();
  void note(std::string what);
  void fail(std::string what);
  simulated_engine& engine() { return *process_.engine; }
  simulated_shard& shard_of(const client& x) { return *process_.shards[x.shard]; }
  session* session_of(const client& x);
  void hear(const session& who, const told& what);
  /// Clinics whose actors died or were woken anew may rightly be told less of whoever was connected before.
  void disturb(const clinic_id& clinic);
  void notice_new_owners();
  /// A lost person left when it was last heard of, not when the patience ended.
  void check_new_losses();
  /// When a person was last in touch, by any device.
  [[nodiscard]] timestamp contact_of(const clinic_id& clinic, const person_id& who);

  // What can happen in a step.
  void take_step();
  void run_someone();
  void let_time_pass();
  void act(client& x);
  void connect(client& x);
  void disconnect(client& x, bool politely);
  void speak_or_drop_the_silent();
  void send(client& x, const any_command& command);
  void repeat(client& x);
  void harm();
  void kill_an_actor();
  void crash_engine();
  void stop_engine_as_planned();
  void let_engine_hang();
  any_command person_wish(const client& x);
  any_command staff_wish(const client& x);
  any_command office_wish(const client& x);

  // The end.
  void converge();
  void check_everything();
  std::string check_clinic(const clinic_id& clinic);
  [[nodiscard]] std::vector<client> clients_of(const clinic_id& clinic) const;
  std::string check_actors(const clinic_id& clinic);
  void note_history(const clinic_id& clinic);

  simulation_options options_;
  dice dice_;
  std::shared_ptr<memory_log> disk_ = std::make_shared<memory_log>();
  std::shared_ptr<const machiai::settings> settings_;
  timestamp time_ = simulation_start;
  incarnation engines_ = 0;
  uint64_t commands_ = 0;
  process process_;
  /// An engine that stopped running without dying, and does not know that another took over.
  process hung_;
  std::vector<clinic_id> clinics_;
  std::vector<client> clients_;
  std::map<clinic_id, uint32_t> epochs_;
  /// Clinics that died, or in which somebody did, and that may not all stand again yet.
  std::set<clinic_id> killed_;
  std::map<clinic_id, std::map<std::string, size_t>> effects_;
  /// When a clinic's persons were last rebuilt, which counts as a proof.
  std::map<clinic_id, timestamp> disturbed_at_;
  std::map<std::pair<clinic_id, person_id>, timestamp> contacts_;
  std::map<clinic_id, size_t> events_checked_;
  watch_checker watcher_{*disk_};
  size_t step_ = 0;
  bool calm_ = false;
  std::string failure_;
  std::deque<std::string> journal_;
};

} // namespace machiai::test
