#pragma once

#include "store/postgres/pg_connection.hpp"

#include <span>

namespace machiai {

/// Keeps takeovers and appends apart: an append holds it shared until its transaction has ended, a takeover alone.
/// Whoever holds it alone therefore sees every append that will ever happen under the epochs it reads.
inline constexpr auto lock_alone = "SELECT pg_advisory_xact_lock(1298360425, hashtext(current_schema()))";
inline constexpr auto lock_shared = "SELECT pg_advisory_xact_lock_shared(1298360425, hashtext(current_schema()))";

/// One step from schema version `to - 1` to `to`. The statements must be literals.
struct postgres_migration {
  int64_t to = 0;
  std::span<const char* const> statements;
};

/// All steps there are, ascending from 1; the last one is the version this program writes. A step is never changed once
/// released: a new one is added.
std::span<const postgres_migration> postgres_migrations();

/// Creates the tables in the connection's default schema or brings them to the last of `migrations`, one step per
/// transaction, so that an interrupted migration goes on where it stopped. `ec::store_version` for a newer schema.
caf::expected<void> migrate(pg_connection& connection, std::span<const postgres_migration> migrations);

/// For readers, who change nothing: an older schema is refused as well.
caf::expected<void> check_version(pg_connection& connection, std::span<const postgres_migration> migrations);

} // namespace machiai
