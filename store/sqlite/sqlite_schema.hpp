#pragma once

#include "store/sqlite/sqlite_connection.hpp"

#include <span>

namespace machiai {

/// One step from schema version `to - 1` to `to`.
struct sqlite_migration {
  int64_t to = 0;
  const char* sql = nullptr;
};

/// All steps there are, ascending from 1; the last one is the version this program writes. A step is never changed once
/// released: a new one is added.
std::span<const sqlite_migration> sqlite_migrations();

/// Brings the file to the last of `migrations`, each step in a transaction of its own, so that an interrupted migration
/// goes on where it stopped. `ec::store_version` for a file of a newer program, `ec::bad_setting` for one of another
/// program.
caf::expected<void> migrate(sqlite_connection& connection, std::span<const sqlite_migration> migrations);

/// For readers, who change nothing: an older file is refused as well.
caf::expected<void> check_version(sqlite_connection& connection, std::span<const sqlite_migration> migrations);

} // namespace machiai
