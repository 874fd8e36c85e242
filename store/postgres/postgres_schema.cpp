#include "store/postgres/postgres_schema.hpp"

#include "config/error.hpp"
#include "config/fail_point.hpp"

#include <array>
#include <string>

namespace machiai {

namespace {

// The four logs share one numbering and only grow at their end. What a commit writes lies together; the index tables
// follow behind (DESIGN 1). `settled` is the position below which no open transaction can still add a row.
constexpr std::array first_schema{
    "CREATE SEQUENCE log_position",
    "CREATE TABLE event_log (position bigint PRIMARY KEY DEFAULT nextval('log_position'), clinic text NOT NULL, "
    "seq bigint NOT NULL, epoch bigint NOT NULL, at bigint NOT NULL, kind text NOT NULL, room text NOT NULL, "
    "subject text NOT NULL, author text NOT NULL, body text NOT NULL, hash bytea NOT NULL)",
    "CREATE TABLE answer_log (position bigint PRIMARY KEY DEFAULT nextval('log_position'), clinic text NOT NULL, "
    "seq bigint NOT NULL, principal text NOT NULL, command text NOT NULL, at bigint NOT NULL, answer text NOT NULL)",
    "CREATE TABLE outbox_log (position bigint PRIMARY KEY DEFAULT nextval('log_position'), clinic text NOT NULL, "
    "seq bigint NOT NULL, channel text NOT NULL, idempotency_key text NOT NULL, body text NOT NULL)",
    "CREATE INDEX outbox_by_clinic ON outbox_log (clinic, position)",
    "CREATE TABLE snapshot_log (position bigint PRIMARY KEY DEFAULT nextval('log_position'), clinic text NOT NULL, "
    "seq bigint NOT NULL, at bigint NOT NULL, hash bytea NOT NULL, body text NOT NULL)",
    "CREATE INDEX snapshot_by_clinic ON snapshot_log (clinic, seq, position)",
    "CREATE TABLE event_index (clinic text COLLATE \"C\" NOT NULL, seq bigint NOT NULL, position bigint NOT NULL, "
    "PRIMARY KEY (clinic, seq))",
    "CREATE TABLE answer_index (clinic text COLLATE \"C\" NOT NULL, seq bigint NOT NULL, position bigint NOT NULL, "
    "PRIMARY KEY (clinic, seq, position))",
    "CREATE TABLE clinic_epochs (clinic text PRIMARY KEY, epoch bigint NOT NULL, engine bigint NOT NULL, "
    "former_engine bigint)",
    "CREATE TABLE alive_marks (engine bigint PRIMARY KEY, at bigint NOT NULL, clean boolean NOT NULL)",
    "CREATE TABLE store_state (name text PRIMARY KEY, value bigint NOT NULL)",
    "INSERT INTO store_state VALUES ('takeovers', 0), ('events_indexed', 0), ('answers_indexed', 0), ('settled', 0)"};

constexpr std::array answers_with_digest{"ALTER TABLE answer_log ADD COLUMN digest bigint NOT NULL DEFAULT 0"};
constexpr std::array pruned_snapshots{"INSERT INTO store_state VALUES ('snapshots_pruned', 0)"};

// What is missing in older rows means: the owner had settled.
constexpr std::array owners_told{
    "ALTER TABLE alive_marks ADD COLUMN ran_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE clinic_epochs ADD COLUMN settled_ran_ms bigint NOT NULL DEFAULT 0, ADD COLUMN proof_at bigint"};

constexpr std::array migrations_of_this_program{
    postgres_migration{1, first_schema}, postgres_migration{2, answers_with_digest},
    postgres_migration{3, pruned_snapshots}, postgres_migration{4, owners_told}};

/// 0 for a schema without our tables.
caf::expected<int64_t> version_of(pg_connection& connection, int64_t newest_version) {
  std::vector<pg_rows> rows;
  if (!connection.run(
          {pg_statement{"SELECT to_regclass('machiai_schema') IS NOT NULL AND current_schema() IS NOT NULL"}}, rows))
    return connection.error("read the schema's version");
  if (rows[0].bigint(0, 0) == 0)
    return int64_t{0};
  if (!connection.run({pg_statement{"SELECT coalesce(max(version), 0)::bigint FROM machiai_schema"}}, rows))
    return connection.error("read the schema's version");
  const auto version = rows[0].bigint(0, 0);
  if (version > newest_version)
    return make_error(ec::store_version, "the store has schema version " + std::to_string(version) +
                                             ", this program knows up to " + std::to_string(newest_version));
  return version;
}

caf::expected<void> apply(pg_connection& connection, const postgres_migration& step) {
  std::vector<pg_statement> statements{pg_statement{"BEGIN"}, pg_statement{lock_alone}};
  for (const auto* sql : step.statements)
    statements.emplace_back(sql);
  // Fails, and rolls all back, when another process was faster.
  statements.push_back(pg_statement{"INSERT INTO machiai_schema (version) VALUES ($1)"} << step.to);
  statements.emplace_back("COMMIT");
  std::vector<pg_rows> rows;
  fail_point("postgres.migration.before");
  if (!connection.run(statements, rows))
    return connection.error("migrate the schema");
  fail_point("postgres.migration.after");
  return caf::unit;
}

} // namespace

std::span<const postgres_migration> postgres_migrations() {
  return migrations_of_this_program;
}

caf::expected<void> migrate(pg_connection& connection, std::span<const postgres_migration> migrations) {
  const auto version = version_of(connection, migrations.back().to);
  if (!version)
    return version.error();
  if (*version == migrations.back().to)
    return caf::unit;
  std::vector<pg_rows> rows;
  if (*version == 0 &&
      !connection.run({pg_statement{"BEGIN"}, pg_statement{lock_alone},
                       pg_statement{"CREATE TABLE IF NOT EXISTS machiai_schema (version bigint PRIMARY KEY, "
                                    "at timestamptz NOT NULL DEFAULT now())"},
                       pg_statement{"COMMIT"}},
                      rows))
    return connection.error("create the schema");
  for (const auto& step : migrations)
    if (step.to > *version)
      if (auto applied = apply(connection, step); !applied)
        return applied;
  return caf::unit;
}

caf::expected<void> check_version(pg_connection& connection, std::span<const postgres_migration> migrations) {
  const auto version = version_of(connection, migrations.back().to);
  if (!version)
    return version.error();
  if (*version < migrations.back().to)
    return make_error(ec::store_version, "the store has schema version " + std::to_string(*version) +
                                             "; start the engine once to bring it up to date");
  return caf::unit;
}

} // namespace machiai
