#pragma once

#include "config/error.hpp"
#include "config/settings.hpp"
#include "store/event_record.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace machiai {

struct store_options {
  /// `sqlite:PATH`, `postgresql://…` or `memory:`.
  std::string url;
  /// Open for reading only: no lock is taken, nothing is created or migrated.
  bool read_only = false;
  /// How long connecting (PostgreSQL), waiting for a lock and one statement (PostgreSQL) may take before the store
  /// counts as unavailable.
  uint32_t connect_timeout_ms = 5000;
  uint32_t lock_timeout_ms = 5000;
  uint32_t statement_timeout_ms = 15000;
  /// PostgreSQL: how long the lock that keeps a second engine off may stay taken, at the opening and after a lost
  /// connection, before the store counts as another engine's.
  uint32_t writer_lock_wait_ms = 5000;
  /// Off only for tests of what holds without that lock.
  bool writer_lock = true;
  /// Called by the store's thread when another engine took an open store over: this one can write no more.
  std::function<void(const caf::error&)> on_taken_over = {};
};

/// The options an engine or, `read_only`, a command beside it opens its store with.
store_options store_options_of(const store_settings& given, bool read_only);

/// The durable event log of all clinics. Blocking; one thread at a time. Errors say what is known:
/// - `ec::store_unavailable`: nothing was changed; the same call may succeed later;
/// - `ec::timed_out` (`commit` only): the outcome is not known yet, because the store could not be reached to read it.
/// The
///   caller repeats the very same batch until another answer comes; the store reads first and never stores it twice;
/// - `ec::stale_epoch`: another engine writes to the store;
/// - `ec::store_damaged`: what was read contradicts itself;
/// - `ec::internal`: the store cannot hold a row of the batch (texts must be UTF-8 without NUL); nothing was changed.
class event_store {
public:
  virtual ~event_store() = default;

  /// Stores a batch; when it returns, all of it but the refused appends survives power loss. An append is refused when
  /// its epoch is not the clinic's newest or its first seq does not follow the last stored one.
  virtual caf::expected<commit_outcome> commit(const commit_batch& batch) = 0;

  /// Raises the epoch of each clinic (`next_epoch`) and makes `owner` its owner. From then on appends with an older
  /// epoch are refused. Repeating a call whose outcome is not known tells the same `last_proof_at`.
  virtual caf::expected<std::vector<takeover>> take_over(std::span<const clinic_id> clinics, const claimant& owner) = 0;

  /// The newest snapshot not after `last_seq` and the events after it up to `last_seq` (default: all). A gap in the
  /// numbering is `ec::store_damaged`.
  virtual caf::expected<clinic_history> load(const clinic_id& clinic, uint64_t last_seq = UINT64_MAX) = 0;

  /// The newest snapshot whose time, that of its newest event, is not after `until`; nothing when there is none.
  virtual caf::expected<std::optional<snapshot_record>> snapshot_until(const clinic_id& clinic, timestamp until) = 0;

  /// All events of one clinic from `first_seq` on in order, handed to `visit` one by one until it returns false.
  virtual caf::expected<void> scan(const clinic_id& clinic, uint64_t first_seq,
                                   const std::function<bool(const event_record&)>& visit) = 0;

  /// All clinics that have events, or answers or a snapshot that tell of events, sorted by id.
  virtual caf::expected<std::vector<clinic_id>> clinics() = 0;

  /// Writes the engine's mark over its former one.
  virtual caf::expected<void> mark_alive(const alive_mark& mark) = 0;

  /// Extends the (clinic, seq) → position index behind the log's head by at most `rows_max` rows; the number done.
  virtual caf::expected<size_t> index_step(size_t rows_max) = 0;

  /// Deletes what nobody reads any more, looking at no more than `rows_max` rows of each kind: answers given before
  /// `before` that the index covers, and of the snapshots made before it all but each clinic's last one of a UTC day.
  /// Events are never deleted. The number deleted.
  virtual caf::expected<size_t> prune(timestamp before, size_t rows_max) = 0;

  /// Outbox rows not yet claimed, oldest first, at most `rows_max`.
  virtual caf::expected<std::vector<outbox_record>> outbox(const clinic_id& clinic, size_t rows_max) = 0;
};

/// Opens a store, creating or migrating its schema. Errors name the URL (without password) and the reason: locked by
/// another engine, newer schema, unreadable, unreachable.
caf::expected<std::unique_ptr<event_store>> open_store(const store_options& options);

} // namespace machiai
