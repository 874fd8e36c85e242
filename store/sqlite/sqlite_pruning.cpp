#include "store/sqlite/sqlite_pruning.hpp"

namespace machiai {

namespace {

// The newest row stays, because SQLite numbers the next one after it, and index marks count on numbers that only rise.
constexpr auto end_of_old_answers = R"(
SELECT coalesce(max(position), 0) FROM (
 SELECT position, at FROM answer_log
 WHERE position <= (SELECT value FROM store_state WHERE name = 'answers_indexed')
 AND position < (SELECT max(position) FROM answer_log) ORDER BY position LIMIT ?2)
WHERE at < ?1)";
constexpr auto unindex_answers = R"(
DELETE FROM answer_index WHERE (clinic, seq, position) IN
 (SELECT clinic, seq, position FROM answer_log WHERE position <= ?1 AND at < ?2))";
constexpr auto delete_answers = "DELETE FROM answer_log WHERE position <= ?1 AND at < ?2";

constexpr auto snapshots_pruned = "SELECT value FROM store_state WHERE name = 'snapshots_pruned'";
constexpr auto end_of_old_snapshots = R"(
SELECT coalesce(max(position), 0) FROM (
 SELECT position, at FROM snapshot_log WHERE position > ?1 ORDER BY position LIMIT ?3)
WHERE at < ?2)";
constexpr auto delete_snapshots = R"(
DELETE FROM snapshot_log WHERE position > ?1 AND position <= ?2 AND EXISTS (
 SELECT 1 FROM snapshot_log AS later WHERE later.clinic = snapshot_log.clinic AND later.seq >= snapshot_log.seq
 AND later.position > snapshot_log.position AND later.at / 86400000 = snapshot_log.at / 86400000))";
constexpr auto set_snapshots_pruned = "UPDATE store_state SET value = ?1 WHERE name = 'snapshots_pruned'";

caf::expected<int64_t> prune_answers(sqlite_connection& connection, timestamp before, int64_t rows_max) {
  auto old = connection.query(end_of_old_answers);
  const auto until = (old << before.ms << rows_max).step() ? old.integer(0) : 0;
  if (old.error_code() != 0)
    return connection.error(old.error_code(), "find old answers");
  if (until == 0)
    return int64_t{0};
  for (const auto* sql : {unindex_answers, delete_answers}) {
    auto remove = connection.query(sql);
    if (!(remove << until << before.ms).run())
      return connection.error(remove.error_code(), "delete old answers");
  }
  return connection.changes();
}

caf::expected<int64_t> prune_snapshots(sqlite_connection& connection, timestamp before, int64_t rows_max) {
  const auto pruned = connection.number(snapshots_pruned);
  if (!pruned)
    return pruned.error();
  auto old = connection.query(end_of_old_snapshots);
  const auto until = (old << *pruned << before.ms << rows_max).step() ? old.integer(0) : 0;
  if (old.error_code() != 0)
    return connection.error(old.error_code(), "find old snapshots");
  if (until == 0)
    return int64_t{0};
  auto remove = connection.query(delete_snapshots);
  if (!(remove << *pruned << until).run())
    return connection.error(remove.error_code(), "delete old snapshots");
  const auto removed = connection.changes();
  auto mark = connection.query(set_snapshots_pruned);
  if (!(mark << until).run())
    return connection.error(mark.error_code(), "delete old snapshots");
  return removed;
}

} // namespace

caf::expected<int64_t> prune_rows(sqlite_connection& connection, timestamp before, int64_t rows_max) {
  const auto answers = prune_answers(connection, before, rows_max);
  if (!answers)
    return answers;
  const auto snapshots = prune_snapshots(connection, before, rows_max);
  if (!snapshots)
    return snapshots;
  return *answers + *snapshots;
}

} // namespace machiai
