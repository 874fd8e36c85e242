#include "store/postgres/postgres_writer_lock.hpp"
#include "store/verify.hpp"
#include "tests/support/cutting_proxy.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <thread>

using namespace machiai;
using namespace machiai::test;

namespace {

void end_sessions(const postgres_backend& backend) {
  backend.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'machiai engine %'");
}

/// Another engine's session with the lock.
std::unique_ptr<pg_connection> taken_by_another(const store_options& options) {
  auto connection = pg_connection::open(options);
  REQUIRE(connection);
  const auto taken = postgres_writer_lock{options}.take(**connection);
  REQUIRE_MESSAGE(taken, message_of(taken.error()));
  return std::move(*connection);
}

} // namespace

TEST_CASE("postgres lock: the store's own former session is ended, whatever the server knows of its connection") {
  postgres_backend backend;
  cutting_proxy proxy{postgres_server::shared().port()};
  store_options options;
  options.url = backend.url_through(proxy.port());
  const auto store = require_open(open_store(options));
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  // The server never learns that the connection broke.
  proxy.arm(cut::late);
  REQUIRE(store->commit(batch_of(stream.next(2))));
  CHECK(proxy.armed() == cut::none);
  proxy.release();
  REQUIRE(store->commit(batch_of(stream.next(1))));
  CHECK(store->load(stream.clinic())->events.size() == 3);
  CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
}

TEST_CASE("postgres lock: a lost session takes it again") {
  postgres_backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  for (auto i = 0; i < 3; ++i) {
    end_sessions(backend);
    REQUIRE(store->commit(batch_of(stream.next(1))));
    CHECK_FALSE(backend.open());
  }
}

TEST_CASE("postgres lock: an engine whose store was taken over is told so, and nothing it says is stored") {
  postgres_backend backend;
  std::string told;
  store_options options{.url = backend.url, .writer_lock_wait_ms = 100};
  options.on_taken_over = [&told](const caf::error& why) { told = message_of(why); };
  const auto store = require_open(open_store(options));
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  REQUIRE(store->commit(batch_of(stream.next(1))));
  end_sessions(backend);
  auto rival = taken_by_another({.url = backend.url});
  const auto append = stream.next(1);
  for (auto i = 0; i < 2; ++i) {
    told.clear();
    const auto outcome = store->commit(batch_of(append));
    REQUIRE_FALSE(outcome);
    CHECK(code_of(outcome.error()) == ec::stale_epoch);
    CHECK_MESSAGE(told.find("another engine writes to this store (session ") != std::string::npos, told);
    CHECK(told.find("open-sesame") == std::string::npos);
  }
  CHECK(code_of(store->mark_alive({first_engine, {1}, false, 0}).error()) == ec::stale_epoch);
  CHECK(require_open(backend.open_to_read())->load(stream.clinic())->events.size() == 1);
}

TEST_CASE("postgres lock: a start waits for one that is just being given up, and is not told of a takeover") {
  postgres_backend backend;
  auto rival = taken_by_another({.url = backend.url});
  auto told = false;
  store_options options{.url = backend.url, .writer_lock_wait_ms = 0};
  options.on_taken_over = [&told](const caf::error&) { told = true; };
  CHECK_FALSE(open_store(options));
  CHECK_FALSE(told);
  options.writer_lock_wait_ms = 60'000;
  std::thread ending{[&rival] {
    ::poll(nullptr, 0, 100);
    rival.reset();
  }};
  CHECK(open_store(options));
  ending.join();
}

TEST_CASE("postgres lock: stores in two schemas of one database have two locks") {
  postgres_backend one, two;
  const auto first = require_open(one.open());
  const auto second = require_open(two.open());
  CHECK_FALSE(one.open());
  CHECK_FALSE(two.open());
}
