#pragma once

#include "store/postgres/pg_connection.hpp"
#include "store/stream_heads.hpp"

#include <vector>

namespace machiai {

/// One INSERT for each log the accepted appends have rows for; none when they have no rows.
std::vector<pg_statement> insert_rows(const commit_batch& batch, const batch_plan& plan);

/// Counts one certain row of the batch behind position `after`: the batch is stored when it is there, as a transaction
/// is stored whole or not at all. The batch must have a row.
pg_statement find_row_of(const commit_batch& batch, const batch_plan& plan, int64_t after);

} // namespace machiai
