#pragma once

#include "store/postgres/pg_connection.hpp"

namespace machiai {

/// `event_store::prune`, in a transaction of its own.
caf::expected<int64_t> prune_rows(pg_connection& connection, timestamp before, int64_t rows_max);

} // namespace machiai
