#pragma once

#include "store/sqlite/sqlite_connection.hpp"

#include <functional>
#include <optional>
#include <vector>

/// Reading one clinic out of logs that are ordered by position: what the index tables cover by index, the rest by
/// walking the logs' tails. Right at any lag, because an index covers all positions up to a stored mark. Each function
/// must run inside one transaction, so that mark, index and log are of one moment.
namespace machiai {

/// Events from `first_seq` to `last_seq` in order, until `visit` returns false.
caf::expected<void> read_events(sqlite_connection& connection, const clinic_id& clinic, int64_t first_seq,
                                int64_t last_seq, const std::function<bool(event_record&&)>& visit);

caf::expected<std::vector<answer_record>> read_answers(sqlite_connection& connection, const clinic_id& clinic,
                                                       int64_t first_seq, int64_t last_seq);

/// The newest snapshot not after `last_seq` whose time is not after `until`.
caf::expected<std::optional<snapshot_record>> read_snapshot(sqlite_connection& connection, const clinic_id& clinic,
                                                            int64_t last_seq, timestamp until = {INT64_MAX});

/// 0 for a clinic without events.
caf::expected<int64_t> read_last_seq(sqlite_connection& connection, const clinic_id& clinic);

caf::expected<std::vector<clinic_id>> read_clinics(sqlite_connection& connection);

/// Extends both index tables by at most `rows_max` rows each; the number done.
caf::expected<int64_t> extend_index(sqlite_connection& connection, int64_t rows_max);

} // namespace machiai
