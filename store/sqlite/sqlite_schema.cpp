#include "store/sqlite/sqlite_schema.hpp"

#include "config/error.hpp"
#include "config/fail_point.hpp"

#include <array>
#include <string>

namespace machiai {

namespace {

/// `PRAGMA application_id`: "Mchi".
constexpr int64_t our_application_id = 0x4D636869;

// The four logs only grow at their end. What a commit writes lies together; the index tables follow behind (DESIGN 1).
constexpr auto first_schema = R"(
CREATE TABLE event_log (
  position INTEGER PRIMARY KEY, clinic TEXT NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, room TEXT NOT NULL, subject TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL,
  hash BLOB NOT NULL) STRICT;
CREATE TABLE answer_log (
  position INTEGER PRIMARY KEY, clinic TEXT NOT NULL, seq INTEGER NOT NULL, principal TEXT NOT NULL,
  command TEXT NOT NULL, at INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;
CREATE TABLE outbox_log (
  position INTEGER PRIMARY KEY, clinic TEXT NOT NULL, seq INTEGER NOT NULL, channel TEXT NOT NULL,
  idempotency_key TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX outbox_by_clinic ON outbox_log (clinic, position);
CREATE TABLE snapshot_log (
  position INTEGER PRIMARY KEY, clinic TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL,
  body TEXT NOT NULL) STRICT;
CREATE INDEX snapshot_by_clinic ON snapshot_log (clinic, seq, position);
CREATE TABLE event_index (
  clinic TEXT NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (clinic, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE answer_index (
  clinic TEXT NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (clinic, seq, position)) STRICT, WITHOUT ROWID;
CREATE TABLE clinic_epochs (
  clinic TEXT PRIMARY KEY, epoch INTEGER NOT NULL, engine INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE alive_marks (engine INTEGER PRIMARY KEY, at INTEGER NOT NULL, clean INTEGER NOT NULL) STRICT;
CREATE TABLE store_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO store_state VALUES ('takeovers', 0), ('events_indexed', 0), ('answers_indexed', 0);
)";

constexpr auto answers_with_digest = "ALTER TABLE answer_log ADD COLUMN digest INTEGER NOT NULL DEFAULT 0;";

constexpr auto pruned_snapshots = "INSERT INTO store_state VALUES ('snapshots_pruned', 0);";

// What is missing in older rows means: the owner had settled.
constexpr auto owners_told = R"(
ALTER TABLE alive_marks ADD COLUMN ran_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clinic_epochs ADD COLUMN settled_ran_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clinic_epochs ADD COLUMN proof_at INTEGER;
)";

constexpr std::array migrations_of_this_program{
    sqlite_migration{1, first_schema}, sqlite_migration{2, answers_with_digest}, sqlite_migration{3, pruned_snapshots},
    sqlite_migration{4, owners_told}};

/// The version of an open file; nothing stored yet is 0.
caf::expected<int64_t> version_of(sqlite_connection& connection) {
  const auto owner = connection.number("PRAGMA application_id");
  if (!owner)
    return owner.error();
  const auto version = connection.number("PRAGMA user_version");
  if (!version)
    return version.error();
  const auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables)
    return tables.error();
  if (*owner != our_application_id && (*owner != 0 || *version != 0 || *tables != 0))
    return make_error(ec::bad_setting, "the file is a database of another program");
  return *version;
}

caf::error newer(int64_t found, int64_t known) {
  return make_error(ec::store_version, "the store has schema version " + std::to_string(found) +
                                           ", this program knows up to " + std::to_string(known));
}

} // namespace

std::span<const sqlite_migration> sqlite_migrations() {
  return migrations_of_this_program;
}

caf::expected<void> migrate(sqlite_connection& connection, std::span<const sqlite_migration> migrations) {
  const auto version = version_of(connection);
  if (!version)
    return version.error();
  if (*version > migrations.back().to)
    return newer(*version, migrations.back().to);
  for (const auto& step : migrations) {
    if (step.to <= *version)
      continue;
    const auto stamp = "PRAGMA application_id = " + std::to_string(our_application_id) +
                       "; PRAGMA user_version = " + std::to_string(step.to) + ";";
    fail_point("sqlite.migration.before");
    auto done = connection.execute("BEGIN IMMEDIATE;" + std::string{step.sql} + stamp);
    fail_point("sqlite.migration.written");
    if (done)
      done = connection.execute("COMMIT");
    fail_point("sqlite.migration.after");
    if (!done) {
      connection.roll_back();
      return done.error();
    }
  }
  return caf::unit;
}

caf::expected<void> check_version(sqlite_connection& connection, std::span<const sqlite_migration> migrations) {
  const auto version = version_of(connection);
  if (!version)
    return version.error();
  if (*version > migrations.back().to)
    return newer(*version, migrations.back().to);
  if (*version < migrations.back().to)
    return make_error(ec::store_version, "the store has schema version " + std::to_string(*version) +
                                             "; start the engine once to bring it up to date");
  return caf::unit;
}

} // namespace machiai
