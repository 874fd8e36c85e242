#pragma once

#include "store/postgres/pg_connection.hpp"

#include <functional>
#include <optional>
#include <vector>

/// Reading one clinic out of logs that are ordered by position: what the index tables cover by index, the rest by
/// walking the logs' tails. Right at any lag, because an index covers all positions up to a stored mark; each statement
/// reads mark, index and tail as of one moment.
namespace machiai {

/// Events from `first_seq` to `last_seq` in order, until `visit` returns false.
caf::expected<void> read_events(pg_connection& connection, const clinic_id& clinic, int64_t first_seq, int64_t last_seq,
                                const std::function<bool(event_record&&)>& visit);

caf::expected<std::vector<answer_record>> read_answers(pg_connection& connection, const clinic_id& clinic,
                                                       int64_t first_seq, int64_t last_seq);

/// The newest snapshot not after `last_seq` whose time is not after `until`.
caf::expected<std::optional<snapshot_record>> read_snapshot(pg_connection& connection, const clinic_id& clinic,
                                                            int64_t last_seq, timestamp until = {INT64_MAX});

caf::expected<std::vector<clinic_id>> read_clinics(pg_connection& connection);

/// The first `rows_max` rows of a clinic's outbox.
caf::expected<std::vector<outbox_record>> read_outbox(pg_connection& connection, const clinic_id& clinic,
                                                      int64_t rows_max);

/// Extends both index tables by at most `rows_max` rows each; the number done. Engines sharing the database may all do
/// it.
caf::expected<int64_t> extend_index(pg_connection& connection, int64_t rows_max);

} // namespace machiai
