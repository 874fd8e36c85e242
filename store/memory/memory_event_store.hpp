#pragma once

#include "store/event_store.hpp"
#include "store/stream_heads.hpp"

#include <map>
#include <memory>
#include <vector>

namespace machiai {

/// What a memory store holds. It outlives the store objects opened on it, as a file outlives processes, so that a test
/// can end an engine and start the next one.
struct memory_log {
  struct clinic_rows {
    uint32_t epoch = 0;
    claimant owner;
    std::optional<timestamp> proof_at;
    std::vector<event_record> events;
    std::vector<answer_record> answers;
    std::vector<outbox_record> outbox;
    std::vector<snapshot_record> snapshots;
  };
  std::map<clinic_id, clinic_rows> clinics;
  std::map<incarnation, alive_mark> marks;
};

/// The store of tests and trials: nothing survives the process. Several store objects may share one log from one
/// thread.
class memory_event_store : public event_store {
public:
  explicit memory_event_store(std::shared_ptr<memory_log> log = std::make_shared<memory_log>());

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
  std::shared_ptr<memory_log> log_;
  stream_heads heads_;
};

} // namespace machiai
