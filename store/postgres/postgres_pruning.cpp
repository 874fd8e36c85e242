#include "store/postgres/postgres_pruning.hpp"

namespace machiai {

namespace {

constexpr auto prune_answers = R"(
WITH seen AS (SELECT clinic, seq, position, at FROM answer_log
  WHERE position <= (SELECT value FROM store_state WHERE name = 'answers_indexed') ORDER BY position LIMIT $2),
 old AS (SELECT clinic, seq, position FROM seen WHERE at < $1),
 unindexed AS (DELETE FROM answer_index i USING old
  WHERE i.clinic = old.clinic AND i.seq = old.seq AND i.position = old.position),
 deleted AS (DELETE FROM answer_log a USING old WHERE a.position = old.position)
SELECT count(*) FROM old)";

// A position below `settled` cannot be filled later, so none is passed over.
constexpr auto prune_snapshots = R"(
WITH seen AS (SELECT clinic, seq, position, at FROM snapshot_log
  WHERE position > (SELECT value FROM store_state WHERE name = 'snapshots_pruned')
  AND position <= (SELECT value FROM store_state WHERE name = 'settled') ORDER BY position LIMIT $2),
 old AS (SELECT clinic, seq, position, at FROM seen WHERE at < $1),
 spare AS (SELECT position FROM old WHERE EXISTS (SELECT 1 FROM snapshot_log later
  WHERE later.clinic = old.clinic AND later.seq >= old.seq AND later.position > old.position
  AND later.at / 86400000 = old.at / 86400000)),
 deleted AS (DELETE FROM snapshot_log s USING spare WHERE s.position = spare.position),
 moved AS (UPDATE store_state SET value = old_end.position
  FROM (SELECT max(position) AS position FROM old) AS old_end
  WHERE name = 'snapshots_pruned' AND old_end.position IS NOT NULL)
SELECT count(*) FROM spare)";

} // namespace

caf::expected<int64_t> prune_rows(pg_connection& connection, timestamp before, int64_t rows_max) {
  const std::vector<pg_statement> statements{
      pg_statement{"BEGIN"}, pg_statement{prune_answers} << before.ms << rows_max,
      pg_statement{prune_snapshots} << before.ms << rows_max, pg_statement{"COMMIT"}};
  std::vector<pg_rows> rows;
  if (!connection.run(statements, rows))
    return connection.error("delete old rows");
  return rows[1].bigint(0, 0) + rows[2].bigint(0, 0);
}

} // namespace machiai
