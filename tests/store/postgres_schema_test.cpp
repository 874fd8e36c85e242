#include "store/hash_chain.hpp"
#include "store/postgres/postgres_schema.hpp"
#include "store/verify.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace machiai;
using namespace machiai::test;

namespace {

std::unique_ptr<pg_connection> connected(const postgres_backend& backend) {
  auto connection = pg_connection::open({.url = backend.url});
  REQUIRE(connection);
  return std::move(*connection);
}

/// The schema as the program of this version would have made it.
void make_schema(const postgres_backend& backend, size_t version) {
  const auto done = migrate(*connected(backend), postgres_migrations().first(version));
  REQUIRE_MESSAGE(done, message_of(done.error()));
}

ec refused_for(const opened_store& opened, std::string_view part) {
  REQUIRE_FALSE(opened);
  const auto message = message_of(opened.error());
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  return code_of(opened.error());
}

} // namespace

TEST_CASE("postgres schema: a newer one is refused, for writing and for reading, and left as it is") {
  postgres_backend backend;
  sample_stream stream{"c-1", 0};
  {
    const auto store = require_open(backend.open());
    own(*store, stream);
    REQUIRE(store->commit(batch_of(stream.next(2))));
  }
  backend.run("INSERT INTO machiai_schema (version) VALUES (99)");
  CHECK(refused_for(backend.open(), "schema version 99, this program knows up to ") == ec::store_version);
  CHECK(refused_for(backend.open_to_read(), "schema version 99, this program knows up to ") == ec::store_version);
  backend.run("DELETE FROM machiai_schema WHERE version = 99");
  CHECK(require_open(backend.open())->load(stream.clinic())->events.size() == 2);
}

TEST_CASE("postgres schema: an older store is migrated at the first start and keeps all it holds") {
  postgres_backend backend;
  make_schema(backend, 1);
  sample_stream stream{"c-1", 5};
  const auto kept = stream.next(3);
  for (const auto& x : kept.events)
    backend.run(
        "INSERT INTO event_log (clinic, seq, epoch, at, kind, room, subject, author, body, hash) VALUES ('c-1', " +
        std::to_string(x.seq) + ", 5, " + std::to_string(x.at.ms) + ", '" + x.kind + "', '" + x.room.value + "', '" +
        x.subject.value + "', '" + x.author + "', '" + x.body + "', '\\x" + to_hex(x.hash) + "')");
  backend.run("INSERT INTO answer_log (clinic, seq, principal, command, at, answer) "
              "VALUES ('c-1', 3, 'p', 'k', 5, '{}')");
  backend.run("INSERT INTO clinic_epochs (clinic, epoch, engine) VALUES ('c-1', 5, 77)");
  CHECK(refused_for(backend.open_to_read(), "start the engine once") == ec::store_version);

  const auto store = require_open(backend.open());
  const auto history = store->load(stream.clinic());
  REQUIRE_MESSAGE(history, message_of(history.error()));
  CHECK(history->events == kept.events);
  CHECK(history->answers == std::vector{answer_record{person_id{"p"}, command_id{"k"}, {5}, 3, "{}", 0}});
  CHECK(own(*store, stream).epoch > 5);
  REQUIRE(store->commit(batch_of(stream.next(2))));
  CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
  CHECK(require_open(backend.open_to_read())->load(stream.clinic())->events.size() == 5);
}

TEST_CASE("postgres schema: an interrupted migration goes on where it stopped") {
  static constexpr std::array table_a{"CREATE TABLE a (x int)"};
  static constexpr std::array table_b_and_a{"CREATE TABLE b (x int)", "CREATE TABLE a (x int)"};
  static constexpr std::array never{"CREATE TABLE never (x int)"};
  static constexpr std::array table_b{"CREATE TABLE b (x int)"};
  const std::array broken{postgres_migration{1, table_a}, postgres_migration{2, table_b_and_a}};
  const std::array mended{postgres_migration{1, never}, postgres_migration{2, table_b}};
  postgres_backend backend;
  const auto connection = connected(backend);
  const auto number = [&](const char* sql) {
    std::vector<pg_rows> rows;
    REQUIRE(connection->run({pg_statement{sql}}, rows));
    return rows.at(0).bigint(0, 0);
  };
  const auto* version = "SELECT max(version) FROM machiai_schema";
  CHECK_FALSE(migrate(*connection, broken));
  CHECK(number(version) == 1);
  CHECK(number("SELECT (to_regclass('b') IS NOT NULL)::int::bigint") == 0);
  CHECK(migrate(*connection, mended));
  CHECK(number(version) == 2);
  CHECK(number("SELECT (to_regclass('b') IS NOT NULL)::int::bigint") == 1);
  CHECK(number("SELECT (to_regclass('never') IS NOT NULL)::int::bigint") == 0);
  CHECK(migrate(*connection, mended));
}
