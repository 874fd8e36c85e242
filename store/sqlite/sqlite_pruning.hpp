#pragma once

#include "store/sqlite/sqlite_connection.hpp"

namespace machiai {

/// `event_store::prune`, inside the caller's transaction.
caf::expected<int64_t> prune_rows(sqlite_connection& connection, timestamp before, int64_t rows_max);

} // namespace machiai
