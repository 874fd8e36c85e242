#pragma once

#include "store/postgres/pg_connection.hpp"

namespace machiai {

/// Keeps takeovers and appends apart: an append holds it shared until its transaction has ended, a takeover alone.
/// Whoever holds it alone therefore sees every append that will ever happen under the epochs it reads.
inline constexpr auto lock_alone = "SELECT pg_advisory_xact_lock(1298360425, hashtext(current_schema()))";
inline constexpr auto lock_shared = "SELECT pg_advisory_xact_lock_shared(1298360425, hashtext(current_schema()))";

/// Creates the tables in the connection's default schema or brings them to this program's version, one step per
/// transaction, so that an interrupted migration goes on where it stopped. `ec::store_version` for a newer schema.
caf::expected<void> migrate(pg_connection& connection);

/// For readers, who change nothing: an older schema is refused as well.
caf::expected<void> check_version(pg_connection& connection);

} // namespace machiai
