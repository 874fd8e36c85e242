#include "store/postgres/postgres_event_store.hpp"

#include "config/fail_point.hpp"
#include "store/postgres/postgres_batch.hpp"
#include "store/postgres/postgres_history.hpp"
#include "store/postgres/postgres_pruning.hpp"
#include "store/postgres/postgres_schema.hpp"

#include <algorithm>
#include <poll.h>

namespace machiai {

namespace {

/// How often one call tries to store the same batch, and to reach the server while an outcome is unknown.
constexpr auto commit_attempts = 3;
constexpr auto settle_attempts = 6;
constexpr auto first_pause_ms = 25;
/// No further attempt begins after this: each may take as long as connecting may, and who called must not wait for the
/// sum of them to learn that the store does not write.
constexpr std::chrono::milliseconds settle_within{2000};

int64_t as_stored(uint64_t value) {
  return static_cast<int64_t>(value);
}
int64_t bound(uint64_t value) {
  return as_stored(std::min<uint64_t>(value, INT64_MAX));
}

pg_array texts(std::span<const clinic_id> clinics) {
  auto array = pg_array::of_text();
  for (const auto& clinic : clinics)
    array.add(clinic.value);
  return array;
}

/// A row of `select_owners`.
takeover takeover_of(const pg_rows& rows, int i) {
  takeover answer;
  answer.epoch = static_cast<uint32_t>(rows.bigint(i, 0));
  if (!rows.is_null(i, 1))
    answer.last_proof_at = timestamp{rows.bigint(i, 1)};
  if (!rows.is_null(i, 2))
    answer.previous = alive_mark{
        static_cast<incarnation>(rows.bigint(i, 2)), {rows.bigint(i, 3)}, rows.bigint(i, 4) != 0, rows.bigint(i, 5)};
  return answer;
}

// `next_epoch` and `last_proof_of` as the server says them.
constexpr auto raise_epochs = R"(
INSERT INTO clinic_epochs (clinic, epoch, engine, settled_ran_ms, proof_at)
SELECT w.clinic, greatest(coalesce(o.epoch, 0) + 1, $3::bigint), $2, $4,
 CASE WHEN m.ran_ms >= o.settled_ran_ms THEN m.at ELSE coalesce(o.proof_at, m.at) END
FROM unnest($1::text[]) AS w(clinic)
LEFT JOIN clinic_epochs o ON o.clinic = w.clinic LEFT JOIN alive_marks m ON m.engine = o.engine
ON CONFLICT (clinic) DO UPDATE
SET epoch = excluded.epoch, engine = $2, former_engine = clinic_epochs.engine, settled_ran_ms = $4,
 proof_at = excluded.proof_at)";

constexpr auto select_owners = R"(
SELECT o.epoch, o.proof_at, f.engine, f.at, f.clean, f.ran_ms
FROM unnest($1::text[]) WITH ORDINALITY AS w(clinic, place)
JOIN clinic_epochs o ON o.clinic = w.clinic LEFT JOIN alive_marks f ON f.engine = o.former_engine
ORDER BY w.place)";

constexpr auto select_last_seqs = R"(
SELECT greatest(coalesce((SELECT max(i.seq) FROM event_index i WHERE i.clinic = w.clinic), 0), coalesce(t.seq, 0))
FROM unnest($1::text[]) WITH ORDINALITY AS w(clinic, place)
LEFT JOIN (SELECT clinic, max(seq) AS seq FROM event_log
 WHERE position > (SELECT value FROM store_state WHERE name = 'events_indexed')
 GROUP BY clinic) AS t ON t.clinic = w.clinic
ORDER BY w.place)";

constexpr auto count_takeover = "UPDATE store_state SET value = value + 1 WHERE name = 'takeovers' RETURNING value";

// Ends the transaction by an error when somebody took clinics over since: the only way to make the statements behind it
// in the same round trip depend on it.
constexpr auto check_takeovers =
    "SELECT 1 / (CASE WHEN value = $1 THEN 1 ELSE 0 END) FROM store_state WHERE name = 'takeovers'";
constexpr auto state_of_failed_check = "22012";

} // namespace

caf::expected<std::unique_ptr<event_store>> postgres_event_store::open(const store_options& options) {
  std::unique_ptr<postgres_event_store> store{new postgres_event_store{options}};
  if (auto ready = store->connect(); !ready)
    return ready.error();
  return std::unique_ptr<event_store>{std::move(store)};
}

caf::expected<void> postgres_event_store::connect() {
  if (connection_ && connection_->alive())
    return caf::unit;
  connection_.reset();
  auto opened = pg_connection::open(options_);
  if (!opened)
    return std::move(opened.error());
  if (auto locked = take_lock(**opened); !locked)
    return locked;
  const auto migrations = postgres_migrations();
  if (auto ready = options_.read_only ? check_version(**opened, migrations) : migrate(**opened, migrations); !ready)
    return ready;
  std::vector<pg_rows> rows;
  if (!(*opened)->run({pg_statement{"SELECT coalesce(max(position), 0) FROM event_log"}}, rows))
    return (*opened)->error("read the log's end");
  newest_position_ = std::max(newest_position_, rows[0].bigint(0, 0));
  connection_ = std::move(*opened);
  was_open_ = true;
  return caf::unit;
}

caf::expected<void> postgres_event_store::take_lock(pg_connection& connection) {
  if (options_.read_only || !options_.writer_lock)
    return caf::unit;
  auto locked = lock_.take(connection);
  if (!locked && was_open_ && code_of(locked.error()) == ec::stale_epoch && options_.on_taken_over)
    options_.on_taken_over(locked.error());
  return locked;
}

template <class F>
auto postgres_event_store::reading(F read) -> decltype(read(std::declval<pg_connection&>())) {
  if (auto ready = connect(); !ready)
    return ready.error();
  auto answer = read(*connection_);
  // A server that was restarted since the last call looks alive until it is asked.
  if (answer || connection_->alive())
    return answer;
  if (auto ready = connect(); !ready)
    return ready.error();
  return read(*connection_);
}

caf::expected<commit_outcome> postgres_event_store::commit(const commit_batch& batch) {
  caf::expected<commit_outcome> outcome = commit_outcome{};
  for (auto attempt = 0; attempt <= commit_attempts; ++attempt) {
    if (doubt_) {
      auto settled = settle_doubt();
      if (!settled)
        return std::move(settled.error());
      if (*settled)
        return std::move(**settled);
    }
    if (attempt == commit_attempts)
      break;
    outcome = commit_new(batch);
    if (!doubt_)
      break;
  }
  return outcome;
}

caf::expected<commit_outcome> postgres_event_store::commit_new(const commit_batch& batch) {
  if (auto ready = connect(); !ready)
    return ready.error();
  for (auto attempt = 0; attempt < commit_attempts; ++attempt) {
    auto plan = heads_.plan(batch);
    auto inserts = insert_rows(batch, plan);
    if (inserts.empty())
      return commit_outcome{std::move(plan.refused)};
    std::vector statements{pg_statement{"BEGIN"}, pg_statement{lock_shared},
                           pg_statement{check_takeovers} << takeovers_};
    std::ranges::move(inserts, std::back_inserter(statements));
    statements.emplace_back("SELECT currval('log_position')");
    statements.emplace_back("COMMIT");
    std::vector<pg_rows> rows;
    fail_point("postgres.append.before");
    if (connection_->run(statements, rows)) {
      fail_point("postgres.commit.after");
      newest_position_ = rows[rows.size() - 2].bigint(0, 0);
      heads_.apply(plan);
      return commit_outcome{std::move(plan.refused)};
    }
    auto failure = connection_->error("commit");
    if (!connection_->alive()) {
      auto find_row = find_row_of(batch, plan, newest_position_);
      doubt_.emplace(doubt{std::move(plan), std::move(find_row)});
    }
    if (doubt_ || connection_->failure().state != state_of_failed_check)
      return failure;
    if (auto dropped = drop_lost_clinics(); !dropped)
      return dropped.error();
  }
  return make_error(ec::store_unavailable, "clinics change hands faster than a commit takes");
}

/// Reads which clinics are still ours and forgets the others.
caf::expected<void> postgres_event_store::drop_lost_clinics() {
  const auto ours = heads_.clinics();
  auto wanted = texts(ours);
  const std::vector<pg_statement> statements{
      pg_statement{"BEGIN"}, pg_statement{lock_shared},
      pg_statement{"SELECT value FROM store_state WHERE name = 'takeovers'"},
      pg_statement{"SELECT clinic, epoch FROM clinic_epochs WHERE clinic = ANY($1)"} << wanted, pg_statement{"COMMIT"}};
  std::vector<pg_rows> rows;
  if (!connection_->run(statements, rows))
    return connection_->error("read epochs");
  takeovers_ = rows[2].bigint(0, 0);
  for (auto i = 0; i < rows[3].count(); ++i) {
    const clinic_id clinic{rows[3].text(i, 0)};
    if (const auto* head = heads_.find(clinic); head != nullptr && head->epoch != rows[3].bigint(i, 1))
      heads_.forget(clinic);
  }
  return caf::unit;
}

caf::expected<std::optional<commit_outcome>> postgres_event_store::settle_doubt() {
  caf::error why;
  const auto until = std::chrono::steady_clock::now() + settle_within;
  for (auto attempt = 0; attempt < settle_attempts; ++attempt) {
    if (attempt > 0 && std::chrono::steady_clock::now() >= until)
      break;
    if (attempt > 0)
      ::poll(nullptr, 0, first_pause_ms << attempt);
    const auto found = look_for(doubt_->find_row);
    if (!found) {
      why = found.error();
      if (code_of(why) == ec::stale_epoch)
        return why;
      continue;
    }
    auto settled = std::move(*doubt_);
    doubt_.reset();
    if (!*found)
      return std::optional<commit_outcome>{};
    heads_.apply(settled.plan);
    return std::optional{commit_outcome{std::move(settled.plan.refused)}};
  }
  return make_error(ec::timed_out, "outcome of a commit unknown: " + message_of(why));
}

/// Holding the lock alone means that the lost transaction has ended, and raising the counter that it fails if it has
/// not even begun: its statements may still lie unread in the server's socket. So what is read is final.
caf::expected<bool> postgres_event_store::look_for(const pg_statement& find_row) {
  if (auto ready = connect(); !ready)
    return ready.error();
  std::vector<pg_rows> rows;
  if (!connection_->run({pg_statement{"BEGIN"}, pg_statement{lock_alone}, pg_statement{count_takeover}, find_row,
                         pg_statement{"COMMIT"}},
                        rows))
    return connection_->error("read the outcome of a commit");
  note_takeovers(rows[2].bigint(0, 0));
  return rows[3].bigint(0, 0) > 0;
}

/// Our own step of the counter leaves `heads_` right; a bigger one means that others took clinics over too, which the
/// next commit finds out.
void postgres_event_store::note_takeovers(int64_t counter) {
  if (counter == takeovers_ + 1 || heads_.empty())
    takeovers_ = counter;
}

caf::expected<std::vector<takeover>> postgres_event_store::take_over(std::span<const clinic_id> clinics,
                                                                     const claimant& owner) {
  auto answers = try_take_over(clinics, owner);
  if (answers || (connection_ && connection_->alive()))
    return answers;
  return try_take_over(clinics, owner);
}

caf::expected<std::vector<takeover>> postgres_event_store::try_take_over(std::span<const clinic_id> clinics,
                                                                         const claimant& owner) {
  if (auto ready = connect(); !ready)
    return ready.error();
  auto wanted = texts(clinics);
  const std::vector<pg_statement> statements{pg_statement{"BEGIN"},
                                             pg_statement{lock_alone},
                                             pg_statement{raise_epochs} << wanted << as_stored(owner.engine)
                                                                        << int64_t{first_epoch_of(owner.engine)}
                                                                        << owner.settled_ran_ms,
                                             pg_statement{select_owners} << wanted,
                                             pg_statement{select_last_seqs} << wanted,
                                             pg_statement{count_takeover},
                                             pg_statement{"COMMIT"}};
  std::vector<pg_rows> rows;
  if (!connection_->run(statements, rows))
    return connection_->error("take clinics over");
  fail_point("postgres.takeover.after");
  note_takeovers(rows[5].bigint(0, 0));
  std::vector<takeover> answers;
  for (auto i = 0; i < rows[3].count(); ++i) {
    answers.push_back(takeover_of(rows[3], i));
    heads_.set(clinics[static_cast<size_t>(i)], {answers.back().epoch, static_cast<uint64_t>(rows[4].bigint(i, 0))});
  }
  return answers;
}

caf::expected<clinic_history> postgres_event_store::load(const clinic_id& clinic, uint64_t last_seq) {
  return reading([&](pg_connection& connection) -> caf::expected<clinic_history> {
    clinic_history history;
    auto snapshot = read_snapshot(connection, clinic, bound(last_seq));
    if (!snapshot)
      return std::move(snapshot.error());
    history.snapshot = std::move(*snapshot);
    const auto first = first_seq_after(history.snapshot);
    auto read = read_events(connection, clinic, as_stored(first), bound(last_seq), [&](event_record&& event) {
      history.events.push_back(std::move(event));
      return true;
    });
    if (!read)
      return read.error();
    if (auto whole = check_history(clinic, history); !whole)
      return whole.error();
    auto answers =
        read_answers(connection, clinic, history.snapshot ? as_stored(history.snapshot->seq) : 0, bound(last_seq));
    if (!answers)
      return std::move(answers.error());
    history.answers = std::move(*answers);
    return history;
  });
}

caf::expected<std::optional<snapshot_record>> postgres_event_store::snapshot_until(const clinic_id& clinic,
                                                                                   timestamp until) {
  return reading([&](pg_connection& connection) { return read_snapshot(connection, clinic, INT64_MAX, until); });
}

caf::expected<void> postgres_event_store::scan(const clinic_id& clinic, uint64_t first_seq,
                                               const std::function<bool(const event_record&)>& visit) {
  // What was handed over once must not come again when the connection is lost on the way.
  auto next = bound(first_seq);
  return reading([&](pg_connection& connection) {
    return read_events(connection, clinic, next, INT64_MAX, [&](event_record&& event) {
      next = bound(event.seq) + 1;
      return visit(event);
    });
  });
}

caf::expected<std::vector<clinic_id>> postgres_event_store::clinics() {
  return reading([](pg_connection& connection) { return read_clinics(connection); });
}

caf::expected<void> postgres_event_store::mark_alive(const alive_mark& mark) {
  return reading([&mark](pg_connection& connection) -> caf::expected<void> {
    std::vector<pg_rows> rows;
    if (!connection.run(
            {pg_statement{"INSERT INTO alive_marks (engine, at, clean, ran_ms) VALUES ($1, $2, $3 <> 0, $4) "
                          "ON CONFLICT (engine) DO UPDATE SET at = $2, clean = $3 <> 0, ran_ms = $4"}
             << as_stored(mark.engine) << mark.at.ms << int64_t{mark.clean} << mark.ran_ms},
            rows))
      return connection.error("write the alive mark");
    return caf::unit;
  });
}

caf::expected<size_t> postgres_event_store::index_step(size_t rows_max) {
  return reading([rows_max](pg_connection& connection) -> caf::expected<size_t> {
    const auto done = extend_index(connection, bound(rows_max));
    if (!done)
      return done.error();
    return static_cast<size_t>(*done);
  });
}

caf::expected<size_t> postgres_event_store::prune(timestamp before, size_t rows_max) {
  return reading([=](pg_connection& connection) -> caf::expected<size_t> {
    const auto done = prune_rows(connection, before, bound(rows_max));
    if (!done)
      return done.error();
    return static_cast<size_t>(*done);
  });
}

caf::expected<std::vector<outbox_record>> postgres_event_store::outbox(const clinic_id& clinic, size_t rows_max) {
  return reading([&](pg_connection& connection) { return read_outbox(connection, clinic, bound(rows_max)); });
}

} // namespace machiai
