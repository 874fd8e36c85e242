#pragma once

#include "store/event_store.hpp"
#include "store/sqlite/sqlite_connection.hpp"
#include "store/sqlite/writer_lock.hpp"
#include "store/stream_heads.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace machiai {

/// The embedded store: one SQLite file in WAL mode, every commit synced. One writer at a time, kept by a lock file
/// (`PATH.lock`); any number of readers, also while an engine writes.
class sqlite_event_store : public event_store {
public:
  static caf::expected<std::unique_ptr<event_store>> open(const std::string& path, const store_options& options);

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
  /// How to find out whether a transaction was stored: its last row in one of the logs.
  struct probe {
    const char* newest_position = nullptr;
    int64_t position = 0;
  };
  /// A transaction whose COMMIT failed in a way that leaves both outcomes possible.
  struct doubt {
    batch_plan plan;
    probe last_row;
  };

  sqlite_event_store(std::string path, const store_options& options)
      : path_(std::move(path)), read_only_(options.read_only), lock_timeout_ms_(options.lock_timeout_ms) {}

  /// Opens the file again when an earlier error closed it.
  caf::expected<void> connect();
  caf::expected<void> prepare_to_write();

  caf::expected<commit_outcome> commit_new(const commit_batch& batch);
  caf::expected<commit_outcome> settle_doubt();
  caf::expected<bool> stored(const probe& last_row);
  caf::expected<void> drop_lost_clinics(const commit_batch& batch, const batch_plan& plan);
  caf::expected<takeover> take_over_one(const clinic_id& clinic, const claimant& owner, stream_head& head);

  std::string path_;
  bool read_only_;
  uint32_t lock_timeout_ms_;
  writer_lock lock_;
  std::unique_ptr<sqlite_connection> connection_;
  stream_heads heads_;
  /// The counter of takeovers as of our own last one: any other value means that somebody else took a clinic over.
  int64_t takeovers_ = 0;
  std::optional<doubt> doubt_;
};

} // namespace machiai
