#pragma once

#include "store/event_store.hpp"
#include "store/postgres/pg_connection.hpp"
#include "store/postgres/postgres_writer_lock.hpp"
#include "store/stream_heads.hpp"

#include <memory>
#include <optional>
#include <string>

namespace machiai {

/// The store in a schema of a PostgreSQL database, reached by one connection that is opened again when it is lost. One
/// writer at a time, kept by a lock of its session; any number of readers.
class postgres_event_store : public event_store {
public:
  static caf::expected<std::unique_ptr<event_store>> open(const store_options& options);

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
  /// A transaction whose COMMIT was not answered, and a row of it to look for.
  struct doubt {
    batch_plan plan;
    pg_statement find_row;
  };

  explicit postgres_event_store(store_options options) : options_(std::move(options)), lock_(options_) {}

  /// Opens a new connection when there is none or it is lost.
  caf::expected<void> connect();
  caf::expected<void> take_lock(pg_connection& connection);

  /// Runs what may be run twice, once more on a new connection when the old one turns out to be lost.
  template <class F>
  auto reading(F read) -> decltype(read(std::declval<pg_connection&>()));

  caf::expected<commit_outcome> commit_new(const commit_batch& batch);
  caf::expected<void> drop_lost_clinics();
  /// The outcome of the doubtful transaction when it is stored, nothing when it never will be; the doubt is over in
  /// both cases. `ec::timed_out`, and the doubt stays, when the server could not be asked; `ec::stale_epoch` when
  /// another engine has the store.
  caf::expected<std::optional<commit_outcome>> settle_doubt();
  caf::expected<bool> look_for(const pg_statement& find_row);
  caf::expected<std::vector<takeover>> try_take_over(std::span<const clinic_id> clinics, const claimant& owner);
  void note_takeovers(int64_t counter);

  store_options options_;
  postgres_writer_lock lock_;
  bool was_open_ = false;
  std::unique_ptr<pg_connection> connection_;
  stream_heads heads_;
  /// The counter of takeovers as this object last saw it with `heads_` being right.
  int64_t takeovers_ = 0;
  /// Every row this object will ever add to a log lies behind this position.
  int64_t newest_position_ = 0;
  std::optional<doubt> doubt_;
};

} // namespace machiai
