#include "store/sqlite/sqlite_event_store.hpp"

#include "config/fail_point.hpp"
#include "store/sqlite/sqlite_batch_writer.hpp"
#include "store/sqlite/sqlite_history.hpp"
#include "store/sqlite/sqlite_pruning.hpp"
#include "store/sqlite/sqlite_schema.hpp"
#include "store/sqlite/sqlite_transaction.hpp"

#include <sqlite3.h>

#include <filesystem>

namespace machiai {

namespace {

int64_t as_stored(uint64_t value) {
  return static_cast<int64_t>(value);
}

/// Sequence numbers are bound as signed integers.
int64_t seq_bound(uint64_t seq) {
  return as_stored(std::min<uint64_t>(seq, INT64_MAX));
}

/// The row was read or written, or nobody knows: what a failed COMMIT says. A full disk or a lock is certain.
bool certainly_not_stored(int code) {
  const auto primary = code & 0xFF;
  return primary == SQLITE_FULL || primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

constexpr auto begin_write = "BEGIN IMMEDIATE";
constexpr auto begin_read = "BEGIN";

caf::expected<std::optional<alive_mark>> read_mark(sqlite_connection& connection, int64_t engine) {
  auto rows = connection.query("SELECT at, clean, ran_ms FROM alive_marks WHERE engine = ?1");
  std::optional<alive_mark> mark;
  if ((rows << engine).step())
    mark = alive_mark{static_cast<incarnation>(engine), {rows.integer(0)}, rows.integer(1) != 0, rows.integer(2)};
  if (rows.error_code() != 0)
    return connection.error(rows.error_code(), "read alive marks");
  return mark;
}

constexpr auto read_takeovers = "SELECT value FROM store_state WHERE name = 'takeovers'";

} // namespace

caf::expected<std::unique_ptr<event_store>> sqlite_event_store::open(const std::string& path,
                                                                     const store_options& options) {
  std::unique_ptr<sqlite_event_store> store{new sqlite_event_store{path, options}};
  if (!options.read_only) {
    // Before the lock's file is made beside it.
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
      return make_error(ec::store_unavailable, "sqlite:" + path + ": is a directory");
    auto lock = writer_lock::take(path + ".lock");
    if (!lock)
      return std::move(lock.error());
    store->lock_ = std::move(*lock);
  }
  if (auto ready = store->connect(); !ready)
    return ready.error();
  return std::unique_ptr<event_store>{std::move(store)};
}

caf::expected<void> sqlite_event_store::connect() {
  if (connection_)
    return caf::unit;
  auto opened = sqlite_connection::open(path_, read_only_, lock_timeout_ms_);
  if (!opened)
    return std::move(opened.error());
  connection_ = std::move(*opened);
  auto ready = read_only_ ? check_version(*connection_, sqlite_migrations()) : prepare_to_write();
  if (!ready)
    connection_.reset();
  return ready;
}

caf::expected<void> sqlite_event_store::prepare_to_write() {
  // First of all, because it refuses another program's file before anything in it changes.
  if (auto migrated = migrate(*connection_, sqlite_migrations()); !migrated)
    return migrated;
  return connection_->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                              "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864");
}

caf::expected<commit_outcome> sqlite_event_store::commit(const commit_batch& batch) {
  if (doubt_) {
    auto settled = settle_doubt();
    if (!settled || !doubt_)
      return settled;
    doubt_.reset();
  }
  auto outcome = commit_new(batch);
  if (!doubt_)
    return outcome;
  auto settled = settle_doubt();
  if (!settled || !doubt_)
    return settled;
  doubt_.reset();
  return outcome;
}

/// The outcome when the doubtful batch turns out stored (the doubt is over), an empty one with the doubt left in place
/// when it turns out lost, `ec::timed_out` when the file cannot be read.
caf::expected<commit_outcome> sqlite_event_store::settle_doubt() {
  const auto found = stored(doubt_->last_row);
  if (!found)
    return make_error(ec::timed_out, "outcome of a commit unknown: " + message_of(found.error()));
  if (!*found)
    return commit_outcome{};
  heads_.apply(doubt_->plan);
  commit_outcome outcome{std::move(doubt_->plan.refused)};
  doubt_.reset();
  return outcome;
}

caf::expected<bool> sqlite_event_store::stored(const probe& last_row) {
  connection_.reset();
  if (auto ready = connect(); !ready)
    return ready.error();
  // Emptying the WAL into the file decides it: frames of a commit that failed in its last step cannot reappear after a
  // crash, and what is read below has been synced with the file.
  auto checkpoint = connection_->query("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!checkpoint.step() || checkpoint.integer(0) != 0)
    return connection_->error(checkpoint.error_code() != 0 ? checkpoint.error_code() : SQLITE_BUSY, "checkpoint");
  const auto newest = connection_->number(last_row.newest_position);
  if (!newest)
    return newest.error();
  return *newest >= last_row.position;
}

/// Forgets the clinics of the batch whose epoch in the store is not ours any more.
caf::expected<void> sqlite_event_store::drop_lost_clinics(const commit_batch& batch, const batch_plan& plan) {
  for (const auto i : plan.accepted) {
    const auto& clinic = batch.appends[i].clinic;
    auto rows = connection_->query("SELECT epoch FROM clinic_epochs WHERE clinic = ?1");
    const auto epoch = (rows << clinic.value).step() ? rows.integer(0) : 0;
    if (rows.error_code() != 0)
      return connection_->error(rows.error_code(), "read epochs");
    if (const auto* head = heads_.find(clinic); head != nullptr && head->epoch != epoch)
      heads_.forget(clinic);
  }
  return caf::unit;
}

caf::expected<commit_outcome> sqlite_event_store::commit_new(const commit_batch& batch) {
  auto plan = heads_.plan(batch);
  if (plan.accepted.empty())
    return commit_outcome{std::move(plan.refused)};
  if (auto ready = connect(); !ready)
    return ready.error();
  sqlite_transaction work{*connection_, begin_write};
  if (work.error_code() != 0)
    return connection_->error(work.error_code(), "begin");
  const auto takeovers = connection_->number(read_takeovers);
  if (!takeovers)
    return takeovers.error();
  if (*takeovers != takeovers_) {
    if (auto dropped = drop_lost_clinics(batch, plan); !dropped)
      return dropped.error();
    plan = heads_.plan(batch);
  }
  fail_point("sqlite.append.before");
  sqlite_batch_writer writer{*connection_};
  for (const auto i : plan.accepted)
    if (!writer.write(batch.appends[i]))
      return connection_->error(writer.error_code(), "write");
  const probe last_row{writer.newest_position(), connection_->last_row()};
  fail_point("sqlite.append.after");
  const auto code = work.commit();
  fail_point("sqlite.commit.after");
  if (code == 0) {
    heads_.apply(plan);
    return commit_outcome{std::move(plan.refused)};
  }
  auto failure = connection_->error(code, "commit");
  if (certainly_not_stored(code) || last_row.newest_position == nullptr)
    return failure;
  doubt_ = doubt{std::move(plan), last_row};
  return failure;
}

/// The clinic's former owner and the end of its stream; raises the epoch.
caf::expected<takeover> sqlite_event_store::take_over_one(const clinic_id& clinic, const claimant& owner,
                                                          stream_head& head) {
  takeover answer;
  answer.epoch = next_epoch(0, owner.engine);
  auto rows = connection_->query("SELECT epoch, engine, settled_ran_ms, proof_at FROM clinic_epochs WHERE clinic = ?1");
  if ((rows << clinic.value).step()) {
    answer.epoch = next_epoch(static_cast<uint32_t>(rows.integer(0)), owner.engine);
    auto mark = read_mark(*connection_, rows.integer(1));
    if (!mark)
      return std::move(mark.error());
    answer.previous = *mark;
    const auto told_at = rows.is_null(3) ? std::nullopt : std::optional{timestamp{rows.integer(3)}};
    answer.last_proof_at = last_proof_of(*mark, rows.integer(2), told_at);
  }
  auto raise = connection_->query(
      "INSERT INTO clinic_epochs (clinic, epoch, engine, settled_ran_ms, proof_at) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (clinic) DO UPDATE SET epoch = ?2, engine = ?3, settled_ran_ms = ?4, proof_at = ?5");
  raise << clinic.value << int64_t{answer.epoch} << as_stored(owner.engine) << owner.settled_ran_ms;
  if (answer.last_proof_at)
    raise << answer.last_proof_at->ms;
  for (const auto code : {rows.error_code(), raise.run() ? 0 : raise.error_code()})
    if (code != 0)
      return connection_->error(code, "take a clinic over");
  // Rows behind the index were written by this object: `open_store` completed the index.
  if (const auto* known = heads_.find(clinic)) {
    head = {answer.epoch, known->seq};
    return answer;
  }
  const auto last_seq = read_last_seq(*connection_, clinic);
  if (!last_seq)
    return last_seq.error();
  head = {answer.epoch, static_cast<uint64_t>(*last_seq)};
  return answer;
}

caf::expected<std::vector<takeover>> sqlite_event_store::take_over(std::span<const clinic_id> clinics,
                                                                   const claimant& owner) {
  if (auto ready = connect(); !ready)
    return ready.error();
  sqlite_transaction work{*connection_, begin_write};
  if (work.error_code() != 0)
    return connection_->error(work.error_code(), "begin");
  std::vector<takeover> answers;
  std::vector<stream_head> heads(clinics.size());
  for (size_t i = 0; i < clinics.size(); ++i) {
    auto answer = take_over_one(clinics[i], owner, heads[i]);
    if (!answer)
      return std::move(answer.error());
    answers.push_back(*answer);
  }
  auto count = connection_->query("UPDATE store_state SET value = value + 1 WHERE name = 'takeovers'");
  if (!count.run())
    return connection_->error(count.error_code(), "take clinics over");
  const auto takeovers = connection_->number(read_takeovers);
  if (!takeovers)
    return takeovers.error();
  fail_point("sqlite.takeover.before");
  if (const auto code = work.commit(); code != 0)
    return connection_->error(code, "take clinics over");
  takeovers_ = *takeovers;
  for (size_t i = 0; i < clinics.size(); ++i)
    heads_.set(clinics[i], heads[i]);
  return answers;
}

caf::expected<clinic_history> sqlite_event_store::load(const clinic_id& clinic, uint64_t last_seq) {
  if (auto ready = connect(); !ready)
    return ready.error();
  const sqlite_transaction moment{*connection_, begin_read};
  clinic_history history;
  auto snapshot = read_snapshot(*connection_, clinic, seq_bound(last_seq));
  if (!snapshot)
    return std::move(snapshot.error());
  history.snapshot = std::move(*snapshot);
  const auto first = first_seq_after(history.snapshot);
  auto read = read_events(*connection_, clinic, as_stored(first), seq_bound(last_seq), [&](event_record&& event) {
    history.events.push_back(std::move(event));
    return true;
  });
  if (!read)
    return read.error();
  if (auto whole = check_history(clinic, history); !whole)
    return whole.error();
  auto answers =
      read_answers(*connection_, clinic, history.snapshot ? as_stored(history.snapshot->seq) : 0, seq_bound(last_seq));
  if (!answers)
    return std::move(answers.error());
  history.answers = std::move(*answers);
  return history;
}

caf::expected<std::optional<snapshot_record>> sqlite_event_store::snapshot_until(const clinic_id& clinic,
                                                                                 timestamp until) {
  if (auto ready = connect(); !ready)
    return ready.error();
  const sqlite_transaction moment{*connection_, begin_read};
  return read_snapshot(*connection_, clinic, INT64_MAX, until);
}

caf::expected<void> sqlite_event_store::scan(const clinic_id& clinic, uint64_t first_seq,
                                             const std::function<bool(const event_record&)>& visit) {
  if (auto ready = connect(); !ready)
    return ready;
  const sqlite_transaction moment{*connection_, begin_read};
  return read_events(*connection_, clinic, seq_bound(first_seq), INT64_MAX, visit);
}

caf::expected<std::vector<clinic_id>> sqlite_event_store::clinics() {
  if (auto ready = connect(); !ready)
    return ready.error();
  const sqlite_transaction moment{*connection_, begin_read};
  return read_clinics(*connection_);
}

caf::expected<void> sqlite_event_store::mark_alive(const alive_mark& mark) {
  if (auto ready = connect(); !ready)
    return ready;
  auto row = connection_->query("INSERT INTO alive_marks (engine, at, clean, ran_ms) VALUES (?1, ?2, ?3, ?4) "
                                "ON CONFLICT (engine) DO UPDATE SET at = ?2, clean = ?3, ran_ms = ?4");
  if (!(row << as_stored(mark.engine) << mark.at.ms << int64_t{mark.clean} << mark.ran_ms).run())
    return connection_->error(row.error_code(), "write the alive mark");
  return caf::unit;
}

caf::expected<size_t> sqlite_event_store::index_step(size_t rows_max) {
  if (auto ready = connect(); !ready)
    return ready.error();
  sqlite_transaction work{*connection_, begin_write};
  if (work.error_code() != 0)
    return connection_->error(work.error_code(), "begin");
  const auto done = extend_index(*connection_, as_stored(rows_max));
  if (!done)
    return done.error();
  fail_point("sqlite.index.before");
  if (*done > 0)
    if (const auto code = work.commit(); code != 0)
      return connection_->error(code, "extend the index");
  return static_cast<size_t>(*done);
}

caf::expected<size_t> sqlite_event_store::prune(timestamp before, size_t rows_max) {
  if (auto ready = connect(); !ready)
    return ready.error();
  sqlite_transaction work{*connection_, begin_write};
  if (work.error_code() != 0)
    return connection_->error(work.error_code(), "begin");
  const auto done = prune_rows(*connection_, before, as_stored(rows_max));
  if (!done)
    return done.error();
  if (const auto code = work.commit(); code != 0)
    return connection_->error(code, "delete old rows");
  return static_cast<size_t>(*done);
}

caf::expected<std::vector<outbox_record>> sqlite_event_store::outbox(const clinic_id& clinic, size_t rows_max) {
  if (auto ready = connect(); !ready)
    return ready.error();
  auto rows = connection_->query("SELECT seq, channel, idempotency_key, body FROM outbox_log WHERE clinic = ?1 "
                                 "ORDER BY position LIMIT ?2");
  rows << clinic.value << seq_bound(rows_max);
  std::vector<outbox_record> entries;
  while (rows.step())
    entries.push_back({static_cast<uint64_t>(rows.integer(0)), rows.text(1), rows.text(2), rows.text(3)});
  if (rows.error_code() != 0)
    return connection_->error(rows.error_code(), "read the outbox");
  return entries;
}

} // namespace machiai
