#include "store/postgres/postgres_history.hpp"

#include "store/postgres/postgres_schema.hpp"

namespace machiai {

namespace {

event_record event_of(const clinic_id& clinic, const pg_rows& rows, int i) {
  return {.clinic = clinic,
          .seq = static_cast<uint64_t>(rows.bigint(i, 0)),
          .epoch = static_cast<uint32_t>(rows.bigint(i, 1)),
          .at = {rows.bigint(i, 2)},
          .kind = rows.text(i, 3),
          .room = room_id{rows.text(i, 4)},
          .subject = person_id{rows.text(i, 5)},
          .author = rows.text(i, 6),
          .body = rows.text(i, 7),
          .hash = rows.bytes(i, 8)};
}

/// Rows of one clinic's events per query: a long history must not be in memory at once.
constexpr int64_t events_per_query = 2000;

// Index and tail in one statement, so that both and the mark between them are of one moment.
constexpr auto select_events = R"(
(SELECT e.seq, e.epoch, e.at, e.kind, e.room, e.subject, e.author, e.body, e.hash
 FROM event_index i JOIN event_log e ON e.position = i.position
 WHERE i.clinic = $1 AND i.seq BETWEEN $2 AND $3 ORDER BY i.seq LIMIT $4)
UNION ALL
(SELECT seq, epoch, at, kind, room, subject, author, body, hash FROM event_log
 WHERE position > (SELECT value FROM store_state WHERE name = 'events_indexed')
 AND clinic = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq LIMIT $4)
ORDER BY 1 LIMIT $4)";

constexpr auto select_answers = R"(
SELECT position, principal, command, at, seq, answer, digest FROM (
 SELECT a.* FROM answer_index i JOIN answer_log a ON a.position = i.position
 WHERE i.clinic = $1 AND i.seq BETWEEN $2 AND $3
 UNION ALL
 SELECT * FROM answer_log WHERE position > (SELECT value FROM store_state WHERE name = 'answers_indexed')
 AND clinic = $1 AND seq BETWEEN $2 AND $3) AS found
ORDER BY position)";

constexpr auto select_clinics = R"(
WITH RECURSIVE hop(clinic) AS (
 SELECT min(clinic) FROM event_index
 UNION ALL SELECT (SELECT min(i.clinic) FROM event_index i WHERE i.clinic > hop.clinic) FROM hop
 WHERE hop.clinic IS NOT NULL),
answered(clinic) AS (
 SELECT min(clinic) FROM answer_index
 UNION ALL SELECT (SELECT min(a.clinic) FROM answer_index a WHERE a.clinic > answered.clinic) FROM answered
 WHERE answered.clinic IS NOT NULL)
SELECT clinic FROM hop WHERE clinic IS NOT NULL
UNION SELECT clinic FROM answered
 WHERE EXISTS (SELECT 1 FROM answer_index a WHERE a.clinic = answered.clinic AND a.seq > 0)
UNION SELECT clinic COLLATE "C" FROM snapshot_log
UNION SELECT clinic COLLATE "C" FROM event_log
 WHERE position > (SELECT value FROM store_state WHERE name = 'events_indexed')
ORDER BY 1)";

// Nothing can be added at or below this position any more: whoever holds the lock alone sees all that was begun.
constexpr auto settle = R"(
UPDATE store_state SET value = newest.position
FROM (SELECT greatest((SELECT max(position) FROM event_log), (SELECT max(position) FROM answer_log)) AS position) AS newest
WHERE name = 'settled' AND value < newest.position)";

// Lets one engine at a time extend the index; the statements after it see what the one before left.
constexpr auto lock_index = "SELECT value FROM store_state WHERE name = 'events_indexed' FOR UPDATE";

constexpr auto extend_events = R"(
WITH due AS (SELECT clinic, seq, position FROM event_log
  WHERE position > (SELECT value FROM store_state WHERE name = 'events_indexed')
  AND position <= (SELECT value FROM store_state WHERE name = 'settled') ORDER BY position LIMIT $1),
 added AS (INSERT INTO event_index SELECT clinic, seq, position FROM due ORDER BY clinic, seq),
 moved AS (UPDATE store_state SET value = due_end.position
  FROM (SELECT max(position) AS position FROM due) AS due_end
  WHERE name = 'events_indexed' AND due_end.position IS NOT NULL)
SELECT count(*) FROM due)";
constexpr auto extend_answers = R"(
WITH due AS (SELECT clinic, seq, position FROM answer_log
  WHERE position > (SELECT value FROM store_state WHERE name = 'answers_indexed')
  AND position <= (SELECT value FROM store_state WHERE name = 'settled') ORDER BY position LIMIT $1),
 added AS (INSERT INTO answer_index SELECT clinic, seq, position FROM due ORDER BY clinic, seq, position),
 moved AS (UPDATE store_state SET value = due_end.position
  FROM (SELECT max(position) AS position FROM due) AS due_end
  WHERE name = 'answers_indexed' AND due_end.position IS NOT NULL)
SELECT count(*) FROM due)";

} // namespace

caf::expected<void> read_events(pg_connection& connection, const clinic_id& clinic, int64_t first_seq, int64_t last_seq,
                                const std::function<bool(event_record&&)>& visit) {
  std::vector<pg_rows> rows;
  while (first_seq <= last_seq) {
    auto query = pg_statement{select_events} << clinic.value << first_seq << last_seq << events_per_query;
    if (!connection.run({std::move(query)}, rows))
      return connection.error("read events");
    const auto count = rows[0].count();
    for (auto i = 0; i < count; ++i)
      if (!visit(event_of(clinic, rows[0], i)))
        return caf::unit;
    if (count < events_per_query)
      break;
    first_seq = rows[0].bigint(count - 1, 0) + 1;
  }
  return caf::unit;
}

caf::expected<std::vector<answer_record>> read_answers(pg_connection& connection, const clinic_id& clinic,
                                                       int64_t first_seq, int64_t last_seq) {
  std::vector<pg_rows> rows;
  if (!connection.run({pg_statement{select_answers} << clinic.value << first_seq << last_seq}, rows))
    return connection.error("read answers");
  std::vector<answer_record> answers;
  for (auto i = 0; i < rows[0].count(); ++i)
    answers.push_back({person_id{rows[0].text(i, 1)},
                       command_id{rows[0].text(i, 2)},
                       {rows[0].bigint(i, 3)},
                       static_cast<uint64_t>(rows[0].bigint(i, 4)),
                       rows[0].text(i, 5),
                       static_cast<uint64_t>(rows[0].bigint(i, 6))});
  return answers;
}

caf::expected<std::optional<snapshot_record>> read_snapshot(pg_connection& connection, const clinic_id& clinic,
                                                            int64_t last_seq, timestamp until) {
  std::vector<pg_rows> rows;
  if (!connection.run(
          {pg_statement{"SELECT seq, at, hash, body FROM snapshot_log WHERE clinic = $1 AND seq <= $2 AND at <= $3 "
                        "ORDER BY seq DESC, position DESC LIMIT 1"}
           << clinic.value << last_seq << until.ms},
          rows))
    return connection.error("read a snapshot");
  std::optional<snapshot_record> snapshot;
  if (rows[0].count() > 0)
    snapshot = snapshot_record{
        static_cast<uint64_t>(rows[0].bigint(0, 0)), {rows[0].bigint(0, 1)}, rows[0].bytes(0, 2), rows[0].text(0, 3)};
  return snapshot;
}

caf::expected<std::vector<clinic_id>> read_clinics(pg_connection& connection) {
  std::vector<pg_rows> rows;
  if (!connection.run({pg_statement{select_clinics}}, rows))
    return connection.error("list clinics");
  std::vector<clinic_id> clinics;
  for (auto i = 0; i < rows[0].count(); ++i)
    clinics.emplace_back(rows[0].text(i, 0));
  return clinics;
}

caf::expected<std::vector<outbox_record>> read_outbox(pg_connection& connection, const clinic_id& clinic,
                                                      int64_t rows_max) {
  std::vector<pg_rows> rows;
  if (!connection.run({pg_statement{"SELECT seq, channel, idempotency_key, body FROM outbox_log WHERE clinic = $1 "
                                    "ORDER BY position LIMIT $2"}
                       << clinic.value << rows_max},
                      rows))
    return connection.error("read the outbox");
  std::vector<outbox_record> entries;
  for (auto i = 0; i < rows[0].count(); ++i)
    entries.push_back(
        {static_cast<uint64_t>(rows[0].bigint(i, 0)), rows[0].text(i, 1), rows[0].text(i, 2), rows[0].text(i, 3)});
  return entries;
}

caf::expected<int64_t> extend_index(pg_connection& connection, int64_t rows_max) {
  const std::vector<pg_statement> statements{pg_statement{"BEGIN"},
                                             pg_statement{lock_alone},
                                             pg_statement{settle},
                                             pg_statement{"COMMIT"},
                                             pg_statement{"BEGIN"},
                                             pg_statement{lock_index},
                                             pg_statement{extend_events} << rows_max,
                                             pg_statement{extend_answers} << rows_max,
                                             pg_statement{"COMMIT"}};
  std::vector<pg_rows> rows;
  if (!connection.run(statements, rows))
    return connection.error("extend the index");
  return rows[6].bigint(0, 0) + rows[7].bigint(0, 0);
}

} // namespace machiai
