#pragma once

#include "store/event_store.hpp"

#include <cstdint>
#include <memory>
#include <set>

namespace machiai::test {

/// Which commits go wrong and how, by their number (the first is 1).
struct commit_faults {
  /// Not stored, `ec::store_unavailable`.
  std::set<uint64_t> fail_before;
  /// Stored, but the answer is `ec::timed_out`; the same batch again is told that it is stored.
  std::set<uint64_t> fail_after;
  /// Said to be stored, but it is not: a disk that lies. A correct system notices at the next start.
  std::set<uint64_t> lose;
  /// Throws `std::runtime_error` without storing anything.
  std::set<uint64_t> raise;
  /// Rows of theirs are such that no commit with them succeeds: `ec::internal`.
  std::set<clinic_id> spoiled;
};

/// Passes everything on to a store and lets chosen commits go wrong.
class faulty_event_store : public event_store {
public:
  faulty_event_store(std::unique_ptr<event_store> inner, commit_faults faults);

  [[nodiscard]] uint64_t commits() const { return commits_; }

  /// From now on every call that writes is `ec::store_unavailable` until it is set back.
  void set_down(bool down) { down_ = down; }

  caf::expected<commit_outcome> commit(const commit_batch& batch) override;
  caf::expected<std::vector<takeover>> take_over(std::span<const clinic_id> clinics, const claimant& owner) override;
  caf::expected<clinic_history> load(const clinic_id& clinic, uint64_t last_seq) override;
  caf::expected<std::optional<snapshot_record>> snapshot_until(const clinic_id& clinic, timestamp until) override;
  caf::expected<void> scan(const clinic_id& clinic, uint64_t first_seq,
                           const std::function<bool(const event_record&)>& visit) override;
  caf::expected<std::vector<clinic_id>> clinics() override;
  caf::expected<void> mark_alive(const alive_mark& mark) override;
  caf::expected<size_t> index_step(size_t rows_max) override;
  caf::expected<size_t> prune(timestamp before, size_t rows_max) override;
  caf::expected<std::vector<outbox_record>> outbox(const clinic_id& clinic, size_t rows_max) override;

private:
  std::unique_ptr<event_store> inner_;
  commit_faults faults_;
  uint64_t commits_ = 0;
  bool down_ = false;
  /// Outcome of a commit whose answer was withheld.
  std::optional<commit_outcome> withheld_;
};

} // namespace machiai::test
