#include "store/sqlite/sqlite_schema.hpp"
#include "store/verify.hpp"
#include "tests/support/failing_sync.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace machiai;
using namespace machiai::test;

namespace {

ec open_error(const opened_store& opened, std::string_view part) {
  REQUIRE_FALSE(opened);
  const auto message = message_of(opened.error());
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  return code_of(opened.error());
}

size_t stored_events(event_store& store, const clinic_id& clinic) {
  const auto history = store.load(clinic);
  REQUIRE_MESSAGE(history, message_of(history.error()));
  return history->events.size();
}

} // namespace

TEST_CASE("sqlite: a second engine is told in one line who holds the store, a third may follow the first") {
  sqlite_backend backend;
  {
    const auto first = require_open(backend.open());
    CHECK(open_error(backend.open(), "another engine writes to this store (process " + std::to_string(getpid()) +
                                         ")") == ec::stale_epoch);
  }
  CHECK(backend.open());
}

TEST_CASE("sqlite: a reader works beside a writing engine, after it, and without permission to write") {
  sqlite_backend backend;
  sample_stream stream{"c-1", 0};
  auto engine_store = require_open(backend.open());
  own(*engine_store, stream);
  REQUIRE(engine_store->commit(batch_of(stream.next(3))));
  auto reader = require_open(backend.open_to_read());
  CHECK(stored_events(*reader, stream.clinic()) == 3);
  REQUIRE(engine_store->commit(batch_of(stream.next(2))));
  CHECK(stored_events(*reader, stream.clinic()) == 5);
  CHECK(*reader->clinics() == std::vector{stream.clinic()});
  CHECK_FALSE(reader->mark_alive({first_engine, {1}, false, 0}));
  CHECK_FALSE(reader->index_step(10));
  reader.reset();
  engine_store.reset();
  for (const auto* suffix : {"", "-wal", "-shm"})
    REQUIRE(chmod((backend.file() + suffix).c_str(), 0444) == 0);
  REQUIRE(chmod(backend.directory.path().c_str(), 0555) == 0);
  // Root may write anywhere: only an ordinary user shows that reading is enough.
  const auto root = geteuid() == 0;
  if (root)
    REQUIRE(seteuid(65534) == 0);
  const auto later = backend.open_to_read();
  const auto events = later ? (*later)->load(stream.clinic()) : caf::expected<clinic_history>{later.error()};
  if (root)
    REQUIRE(seteuid(0) == 0);
  chmod(backend.directory.path().c_str(), 0755);
  REQUIRE_MESSAGE(events, message_of(events.error()));
  CHECK(events->events.size() == 5);
}

TEST_CASE("sqlite: only the owner may read the files, which hold patients' names") {
  sqlite_backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status {};
    REQUIRE(stat((backend.file() + suffix).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("sqlite: a newer store, another program's file, a damaged file and a missing one are refused untouched") {
  sqlite_backend newer;
  require_open(newer.open()).reset();
  newer.run("PRAGMA user_version = 99");
  CHECK(open_error(newer.open(), "version 99") == ec::store_version);
  CHECK(open_error(newer.open_to_read(), "version 99") == ec::store_version);

  sqlite_backend foreign;
  foreign.run("CREATE TABLE recipes (name TEXT)");
  CHECK(open_error(foreign.open(), "another program") == ec::bad_setting);
  CHECK(open_error(foreign.open_to_read(), "another program") == ec::bad_setting);

  sqlite_backend damaged;
  std::ofstream{damaged.file()} << std::string(8192, 'x');
  CHECK(open_error(damaged.open(), damaged.file()) == ec::store_damaged);
  CHECK(std::filesystem::file_size(damaged.file()) == 8192);

  sqlite_backend missing;
  CHECK(open_error(missing.open_to_read(), missing.file()) == ec::store_unavailable);
  CHECK_FALSE(std::filesystem::exists(missing.file()));
  CHECK(open_error(open_store({.url = "sqlite:/nowhere/at/all.db"}), "/nowhere/at/all.db") == ec::store_unavailable);
}

TEST_CASE("sqlite: a directory is no store, and no lock is left beside it") {
  temporary_directory parent;
  const auto directory = parent.path() / "data";
  std::filesystem::create_directory(directory);
  CHECK(open_error(open_store({.url = "sqlite:" + directory.string()}), "is a directory") == ec::store_unavailable);
  CHECK_FALSE(std::filesystem::exists(directory.string() + ".lock"));
}

TEST_CASE("sqlite: pages overwritten in the middle of the file are damage, not an empty history") {
  sqlite_backend backend;
  sample_stream stream{"c-1", 0};
  {
    const auto store = require_open(backend.open());
    own(*store, stream);
    REQUIRE(store->commit(batch_of(stream.next(500))));
    while (*store->index_step(1000) > 0) {
    }
  }
  backend.run("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = std::filesystem::file_size(backend.file());
  REQUIRE(size > 100'000);
  {
    std::fstream file{backend.file(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
    file << std::string(40'960, '\x55');
  }
  const auto reader = backend.open_to_read();
  if (reader) {
    const auto verified = verify_clinic(**reader, stream.clinic());
    CHECK((!verified || verified->fault));
    if (!verified)
      CHECK(code_of(verified.error()) == ec::store_damaged);
  } else {
    CHECK(code_of(reader.error()) == ec::store_damaged);
  }
}

namespace {

/// A store that takes batches until one fails.
struct filling_store {
  filling_store() { own(*store, stream); }

  void fill_up() {
    for (auto i = 0; i < 1000; ++i) {
      refused = stream.next(50);
      const auto outcome = store->commit(batch_of(refused));
      if (!outcome) {
        const auto code = code_of(outcome.error());
        CHECK((code == ec::store_unavailable || code == ec::timed_out));
        return;
      }
      stored += 50;
    }
    FAIL("the disk never got full");
  }

  void check_taken_up_again() {
    const auto again = store->commit(batch_of(refused));
    REQUIRE_MESSAGE(again, message_of(again.error()));
    CHECK(again->refused.empty());
    CHECK(stored_events(*store, stream.clinic()) == stored + refused.events.size());
    CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
  }

  sqlite_backend backend;
  std::unique_ptr<event_store> store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  size_t stored = 0;
  clinic_append refused;
};

} // namespace

TEST_CASE("sqlite: a write that fails stores nothing of its batch, which goes in once writing works again") {
  for (const auto limit_bytes : {300'000, 301'000, 400'000, 444'444}) {
    filling_store filling;
    limit_file_size limit{static_cast<size_t>(limit_bytes)};
    filling.fill_up();
    CHECK(stored_events(*require_open(filling.backend.open_to_read()), filling.stream.clinic()) == filling.stored);
    limit.lift();
    filling.check_taken_up_again();
  }
}

namespace {

/// What a start after `kill -9` finds: the files as they are now, without what only the living process knows.
size_t events_after_a_crash(const sqlite_backend& backend, const clinic_id& clinic) {
  sqlite_backend copy;
  for (const auto* part : {"", "-wal"})
    std::filesystem::copy_file(backend.file() + part, copy.file() + part);
  return stored_events(*require_open(copy.open()), clinic);
}

} // namespace

TEST_CASE("sqlite: whichever sync fails, what a commit says about its batch is true") {
  auto failed = 0;
  for (auto nth = 1;; nth += 3) {
    sqlite_backend backend;
    auto store = require_open(backend.open());
    sample_stream stream{"c-1", 0};
    own(*store, stream);
    size_t stored = 0;
    clinic_append refused;
    {
      const failing_sync sync{nth};
      // Large enough for checkpoints to come along, which sync the file itself.
      for (auto i = 0; i < 25 && refused.events.empty(); ++i) {
        auto append = stream.next(200);
        append.events.front().body += std::string(1'000'000, ' ');
        const auto outcome = store->commit(batch_of(append));
        if (outcome)
          stored += append.events.size();
        else
          refused = append;
      }
      if (!sync.happened())
        break;
      ++failed;
    }
    CHECK(events_after_a_crash(backend, stream.clinic()) == stored);
    if (nth % 2 == 0) {
      store.reset();
      store = require_open(backend.open());
      CHECK(stored_events(*store, stream.clinic()) == stored);
    } else if (!refused.events.empty()) {
      REQUIRE(store->commit(batch_of(refused)));
      CHECK(stored_events(*store, stream.clinic()) == stored + refused.events.size());
    }
  }
  CHECK(failed >= 8);
}

TEST_CASE("sqlite: a full disk refuses a batch whole, and takes it once there is room") {
  // The last batch may end anywhere: inside a page, a frame, a file's header.
  for (const auto room_bytes : {0, 1, 1000, 300'000, 301'111, 444'444}) {
    filling_store filling;
    small_disk disk{static_cast<size_t>(room_bytes)};
    filling.fill_up();
    CHECK(stored_events(*filling.store, filling.stream.clinic()) == filling.stored);
    disk.make_room();
    filling.check_taken_up_again();
  }
}

TEST_CASE("sqlite: an interrupted migration goes on where it stopped") {
  temporary_directory directory;
  const auto path = (directory.path() / "store.db").string();
  const std::vector<sqlite_migration> broken{{1, "CREATE TABLE a (x);"},
                                             {2, "CREATE TABLE b (x); CREATE TABLE a (x);"}};
  const std::vector<sqlite_migration> mended{{1, "CREATE TABLE never (x);"}, {2, "CREATE TABLE b (x);"}};
  auto connection = sqlite_connection::open(path, false, 5000);
  REQUIRE(connection);
  CHECK_FALSE(migrate(**connection, broken));
  CHECK(*(*connection)->number("PRAGMA user_version") == 1);
  CHECK(*(*connection)->number("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
  CHECK(migrate(**connection, mended));
  CHECK(*(*connection)->number("PRAGMA user_version") == 2);
  CHECK(*(*connection)->number("SELECT count(*) FROM sqlite_schema WHERE name = 'never'") == 0);
  CHECK(migrate(**connection, mended));
}

TEST_CASE("sqlite: answers of an older program are read, as answers to nobody knows what") {
  sqlite_backend backend;
  {
    const auto connection = sqlite_connection::open(backend.file(), false, 5000);
    REQUIRE(connection);
    REQUIRE(migrate(**connection, sqlite_migrations().first(1)));
    REQUIRE((*connection)
                ->execute("INSERT INTO answer_log (clinic, seq, principal, command, at, answer) "
                          "VALUES ('c-1', 0, 'p', 'k', 5, '{}')"));
  }
  const auto store = require_open(backend.open());
  const auto history = store->load(clinic_id{"c-1"});
  REQUIRE(history);
  CHECK(history->answers == std::vector{answer_record{person_id{"p"}, command_id{"k"}, {5}, 0, "{}", 0}});
}

TEST_CASE("sqlite: an engine that lost its lock is refused by the store itself") {
  sqlite_backend backend;
  sample_stream stream{"c-1", 0};
  const auto first = require_open(backend.open());
  own(*first, stream);
  std::filesystem::remove(backend.file() + ".lock");
  const auto second = require_open(backend.open());
  auto unaware = stream;
  own(*second, stream);
  const auto outcome = first->commit(batch_of(unaware.next(1)));
  REQUIRE(outcome);
  CHECK(outcome->refused == std::vector<size_t>{0});
  REQUIRE(second->commit(batch_of(stream.next(1))));
}
