#include "store/sqlite/sqlite_history.hpp"

#include "config/error.hpp"

#include <algorithm>

namespace machiai {

namespace {

constexpr auto events_indexed = "SELECT value FROM store_state WHERE name = 'events_indexed'";
constexpr auto answers_indexed = "SELECT value FROM store_state WHERE name = 'answers_indexed'";

constexpr auto indexed_events = R"(
SELECT e.seq, e.epoch, e.at, e.kind, e.room, e.subject, e.author, e.body, e.hash
FROM event_index AS i JOIN event_log AS e ON e.position = i.position
WHERE i.clinic = ?1 AND i.seq BETWEEN ?2 AND ?3 ORDER BY i.seq)";
constexpr auto tail_events = R"(
SELECT seq, epoch, at, kind, room, subject, author, body, hash FROM event_log
WHERE clinic = ?1 AND seq BETWEEN ?2 AND ?3 AND position > ?4 ORDER BY position)";

constexpr auto indexed_answers = R"(
SELECT a.principal, a.command, a.at, a.seq, a.answer, a.digest
FROM answer_index AS i JOIN answer_log AS a ON a.position = i.position
WHERE i.clinic = ?1 AND i.seq BETWEEN ?2 AND ?3 ORDER BY i.position)";
constexpr auto tail_answers = R"(
SELECT principal, command, at, seq, answer, digest FROM answer_log
WHERE clinic = ?1 AND seq BETWEEN ?2 AND ?3 AND position > ?4 ORDER BY position)";

/// Hands over the rows of `rows`; false when `visit` had enough.
bool visit_events(sqlite_query& rows, const clinic_id& clinic, const std::function<bool(event_record&&)>& visit) {
  while (rows.step()) {
    event_record record{.clinic = clinic,
                        .seq = static_cast<uint64_t>(rows.integer(0)),
                        .epoch = static_cast<uint32_t>(rows.integer(1)),
                        .at = {rows.integer(2)},
                        .kind = rows.text(3),
                        .room = room_id{rows.text(4)},
                        .subject = person_id{rows.text(5)},
                        .author = rows.text(6),
                        .body = rows.text(7),
                        .hash = rows.blob(8)};
    if (!visit(std::move(record)))
      return false;
  }
  return true;
}

void collect_answers(sqlite_query& rows, std::vector<answer_record>& out) {
  while (rows.step())
    out.push_back({person_id{rows.text(0)},
                   command_id{rows.text(1)},
                   {rows.integer(2)},
                   static_cast<uint64_t>(rows.integer(3)),
                   rows.text(4),
                   static_cast<uint64_t>(rows.integer(5))});
}

/// One log with its index table.
struct lagging_index {
  const char* indexed;
  const char* newest;
  const char* extend;
  const char* set_indexed;
};

constexpr lagging_index event_lag{events_indexed, "SELECT coalesce(max(position), 0) FROM event_log",
                                  "INSERT INTO event_index SELECT clinic, seq, position FROM event_log "
                                  "WHERE position > ?1 AND position <= ?2 ORDER BY clinic, seq",
                                  "UPDATE store_state SET value = ?1 WHERE name = 'events_indexed'"};
constexpr lagging_index answer_lag{answers_indexed, "SELECT coalesce(max(position), 0) FROM answer_log",
                                   "INSERT INTO answer_index SELECT clinic, seq, position FROM answer_log "
                                   "WHERE position > ?1 AND position <= ?2 ORDER BY clinic, seq, position",
                                   "UPDATE store_state SET value = ?1 WHERE name = 'answers_indexed'"};

caf::expected<int64_t> extend_one(sqlite_connection& connection, const lagging_index& lag, int64_t rows_max) {
  const auto indexed = connection.number(lag.indexed);
  if (!indexed)
    return indexed.error();
  const auto newest = connection.number(lag.newest);
  if (!newest)
    return newest.error();
  const auto until = std::min(*newest, *indexed + rows_max);
  if (until <= *indexed)
    return int64_t{0};
  auto extend = connection.query(lag.extend);
  auto mark = connection.query(lag.set_indexed);
  if (!(extend << *indexed << until).run())
    return connection.error(extend.error_code(), "extend the index");
  if (!(mark << until).run())
    return connection.error(mark.error_code(), "extend the index");
  return until - *indexed;
}

} // namespace

caf::expected<void> read_events(sqlite_connection& connection, const clinic_id& clinic, int64_t first_seq,
                                int64_t last_seq, const std::function<bool(event_record&&)>& visit) {
  const auto indexed = connection.number(events_indexed);
  if (!indexed)
    return indexed.error();
  auto old = connection.query(indexed_events);
  old << clinic.value << first_seq << last_seq;
  const auto wants_more = visit_events(old, clinic, visit);
  if (old.error_code() != 0)
    return connection.error(old.error_code(), "read events");
  if (!wants_more)
    return caf::unit;
  auto tail = connection.query(tail_events);
  tail << clinic.value << first_seq << last_seq << *indexed;
  visit_events(tail, clinic, visit);
  if (tail.error_code() != 0)
    return connection.error(tail.error_code(), "read events");
  return caf::unit;
}

caf::expected<std::vector<answer_record>> read_answers(sqlite_connection& connection, const clinic_id& clinic,
                                                       int64_t first_seq, int64_t last_seq) {
  const auto indexed = connection.number(answers_indexed);
  if (!indexed)
    return indexed.error();
  std::vector<answer_record> answers;
  auto old = connection.query(indexed_answers);
  collect_answers(old << clinic.value << first_seq << last_seq, answers);
  auto tail = connection.query(tail_answers);
  collect_answers(tail << clinic.value << first_seq << last_seq << *indexed, answers);
  for (const auto code : {old.error_code(), tail.error_code()})
    if (code != 0)
      return connection.error(code, "read answers");
  return answers;
}

caf::expected<std::optional<snapshot_record>> read_snapshot(sqlite_connection& connection, const clinic_id& clinic,
                                                            int64_t last_seq, timestamp until) {
  auto rows =
      connection.query("SELECT seq, at, hash, body FROM snapshot_log WHERE clinic = ?1 AND seq <= ?2 AND at <= ?3 "
                       "ORDER BY seq DESC, position DESC LIMIT 1");
  rows << clinic.value << last_seq << until.ms;
  std::optional<snapshot_record> snapshot;
  if (rows.step())
    snapshot = snapshot_record{static_cast<uint64_t>(rows.integer(0)), {rows.integer(1)}, rows.blob(2), rows.text(3)};
  if (rows.error_code() != 0)
    return connection.error(rows.error_code(), "read a snapshot");
  return snapshot;
}

caf::expected<int64_t> read_last_seq(sqlite_connection& connection, const clinic_id& clinic) {
  const auto indexed = connection.number(events_indexed);
  if (!indexed)
    return indexed.error();
  int64_t last = 0;
  auto tail = connection.query("SELECT max(seq) FROM event_log WHERE clinic = ?1 AND position > ?2");
  if ((tail << clinic.value << *indexed).step())
    last = tail.integer(0);
  auto old = connection.query("SELECT max(seq) FROM event_index WHERE clinic = ?1");
  if (last == 0 && (old << clinic.value).step())
    last = old.integer(0);
  for (const auto code : {old.error_code(), tail.error_code()})
    if (code != 0)
      return connection.error(code, "read events");
  return last;
}

caf::expected<std::vector<clinic_id>> read_clinics(sqlite_connection& connection) {
  // The recursion hops from clinic to clinic in the index instead of reading all of it. Answers and snapshots without
  // events are what is left of a clinic whose events were taken away.
  auto rows = connection.query(R"(
WITH RECURSIVE hop(clinic) AS (
  SELECT min(clinic) FROM event_index
  UNION ALL SELECT (SELECT min(clinic) FROM event_index WHERE clinic > hop.clinic) FROM hop WHERE hop.clinic IS NOT NULL),
answered(clinic) AS (
  SELECT min(clinic) FROM answer_index
  UNION ALL SELECT (SELECT min(a.clinic) FROM answer_index a WHERE a.clinic > answered.clinic) FROM answered
  WHERE answered.clinic IS NOT NULL)
SELECT clinic FROM hop WHERE clinic IS NOT NULL
UNION SELECT clinic FROM answered
  WHERE EXISTS (SELECT 1 FROM answer_index a WHERE a.clinic = answered.clinic AND a.seq > 0)
UNION SELECT clinic FROM snapshot_log
UNION SELECT clinic FROM event_log
  WHERE position > (SELECT value FROM store_state WHERE name = 'events_indexed')
ORDER BY clinic)");
  std::vector<clinic_id> clinics;
  while (rows.step())
    clinics.emplace_back(rows.text(0));
  if (rows.error_code() != 0)
    return connection.error(rows.error_code(), "list clinics");
  return clinics;
}

caf::expected<int64_t> extend_index(sqlite_connection& connection, int64_t rows_max) {
  auto done = extend_one(connection, event_lag, rows_max);
  if (!done)
    return done;
  const auto answers = extend_one(connection, answer_lag, rows_max);
  if (!answers)
    return answers;
  return *done + *answers;
}

} // namespace machiai
