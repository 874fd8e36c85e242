#pragma once

#include "actors/model/clinic_state.hpp"
#include "tests/support/simulated_shard.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace machiai::test {

/// One clinic, `c1`, with doctors `d1`, `d2`, patients `p1`… and appointments `r1`… (`rN` is of `pN` with `d1`), on an
/// engine under virtual time that can be crashed, stopped as planned and started again on the same disk.
class actor_fixture {
public:
  actor_fixture();
  ~actor_fixture();

  /// Set before the first `start`.
  machiai::settings settings;
  /// When the next engine starts, as far as epochs go: as long as it is 0 they are 1, 2, 3.
  uint32_t start_second = 0;

  void start(commit_faults faults = {});
  void crash();
  /// What SIGTERM does.
  void stop_as_planned();
  /// Time goes on while no engine runs.
  void let_pass_outside(milliseconds length) { time_ = time_ + length; }

  void make_clinic(int rooms);

  [[nodiscard]] simulated_engine& engine() { return *engine_; }
  [[nodiscard]] simulated_shard& shard() { return *shard_; }
  [[nodiscard]] memory_log& disk() { return *disk_; }
  [[nodiscard]] std::shared_ptr<memory_log> disk_log() { return disk_; }
  [[nodiscard]] session_id system_session() const { return system_; }

  session& console(std::optional<position> resume = std::nullopt);
  session& doctor(const std::string& id);
  session& patient(const std::string& id, const std::string& room, std::optional<position> resume = std::nullopt);
  session& guest(const std::string& id, const std::string& room);

  /// Sends a command under a fresh id and lets everything happen; the answer.
  std::string ask(session& from, const any_command& command);
  /// The same under a given id.
  std::string ask(session& from, const std::string& id, const any_command& command);
  /// Asks as the clinic's own software.
  std::string ask_clinic(const any_command& command);

  void settle() { engine_->settle(); }
  void advance(milliseconds length) { engine_->advance(length); }

  /// The clinic as the disk has it: snapshot and what follows, folded.
  [[nodiscard]] clinic_state stored() const;
  [[nodiscard]] const participant* stored_participant(const std::string& room, const std::string& person);
  /// Kinds of the stored events from `first_seq` on, one a line.
  [[nodiscard]] std::string stored_kinds(uint64_t first_seq = 1) const;
  [[nodiscard]] uint64_t stored_seq() const;

  static const clinic_id clinic;

private:
  std::shared_ptr<memory_log> disk_ = std::make_shared<memory_log>();
  timestamp time_ = simulation_start;
  incarnation engines_ = 0;
  uint64_t commands_ = 0;
  std::optional<simulated_engine> engine_;
  std::optional<simulated_shard> shard_;
  session_id system_;
  clinic_state scratch_;
};

any_command enter_waiting(const std::string& room);
any_command enter(const std::string& room);
any_command leave(const std::string& room);
any_command admit_to(const std::string& room, const std::string& person);
any_command end_of(const std::string& room);
any_command of_room(room_command what);
any_command of_clinic(clinic_command what);

/// True for an answer that says yes.
bool is_ok(const std::string& answer);

} // namespace machiai::test
