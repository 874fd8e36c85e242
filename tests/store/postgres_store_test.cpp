#include "store/postgres/pg_array.hpp"
#include "store/postgres/pg_connection.hpp"
#include "store/verify.hpp"
#include "tests/support/cutting_proxy.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

void check_stored_once(event_store& store, const sample_stream& stream) {
  const auto history = store.load(stream.clinic());
  REQUIRE_MESSAGE(history, message_of(history.error()));
  CHECK(history->events.size() == stream.seq());
  CHECK(verify_clinic(store, stream.clinic())->fault == std::nullopt);
}

store_options through(const postgres_backend& backend, const cutting_proxy& proxy,
                      uint32_t statement_timeout_ms = 15000) {
  store_options options;
  options.url = backend.url_through(proxy.port());
  options.statement_timeout_ms = statement_timeout_ms;
  return options;
}

} // namespace

TEST_CASE("postgres: a connection lost at COMMIT is resolved by reading, whichever way it went") {
  for (const auto what : {cut::before_forwarding, cut::in_the_middle, cut::before_answering}) {
    for (const auto shape : {0, 1, 2, 3}) {
      postgres_backend backend;
      cutting_proxy proxy{postgres_server::shared().port()};
      const auto store = require_open(open_store(through(backend, proxy)));
      sample_stream stream{"c-1", 0};
      own(*store, stream);
      REQUIRE(store->commit(batch_of(stream.next(3))));
      auto append = stream.next(shape == 0 ? 2 : 0);
      if (shape != 1)
        append.answers.clear();
      if (shape == 2)
        append.outbox.push_back({stream.seq(), "mail", "key", "{}"});
      if (shape == 3)
        append.snapshot = stream.snapshot();
      if (shape == 0)
        append.answers = stream.next(0).answers;
      proxy.arm(what);
      const auto outcome = store->commit(batch_of(append));
      CHECK(proxy.armed() == cut::none);
      REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
      CHECK(outcome->refused.empty());
      REQUIRE(store->commit(batch_of(stream.next(1))));
      const auto history = store->load(stream.clinic());
      REQUIRE(history);
      // A snapshot leaves the answers given at its own position to the load, so shape 3 has as many as shape 2.
      CHECK(history->answers.size() == (shape < 2 ? 3 : 2));
      CHECK(store->outbox(stream.clinic(), 10)->size() == (shape == 2 ? 1 : 0));
      CHECK(history->snapshot.has_value() == (shape == 3));
      CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
    }
  }
}

TEST_CASE("postgres: a commit that reaches the server after its outcome was read is refused there") {
  postgres_backend backend;
  cutting_proxy proxy{postgres_server::shared().port()};
  // With the lock the server ends the former session, and the commit in it, before the outcome is read.
  auto options = through(backend, proxy);
  options.writer_lock = false;
  const auto store = require_open(open_store(options));
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  REQUIRE(store->commit(batch_of(stream.next(1))));
  proxy.arm(cut::late);
  REQUIRE(store->commit(batch_of(stream.next(2))));
  check_stored_once(*store, stream);
  const auto answer = proxy.release();
  CHECK(answer.find("22012") != std::string::npos);
  check_stored_once(*store, stream);
  REQUIRE(store->commit(batch_of(stream.next(1))));
  check_stored_once(*store, stream);
}

TEST_CASE("postgres: a server that does not answer is given up after the timeout") {
  postgres_backend backend;
  cutting_proxy proxy{postgres_server::shared().port()};
  const auto store = require_open(open_store(through(backend, proxy, 1000)));
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  proxy.arm(cut::swallow);
  REQUIRE(store->commit(batch_of(stream.next(2))));
  check_stored_once(*store, stream);
}

TEST_CASE("postgres: a takeover whose answer was lost still tells the former owner's proof") {
  for (const auto what : {cut::before_forwarding, cut::before_answering}) {
    postgres_backend backend;
    sample_stream stream{"c-1", 0};
    {
      const auto former = require_open(backend.open());
      own(*former, stream, 77);
      REQUIRE(former->mark_alive({77, {1234}, false, 0}));
      REQUIRE(former->commit(batch_of(stream.next(2))));
    }
    cutting_proxy proxy{postgres_server::shared().port()};
    const auto store = require_open(open_store(through(backend, proxy)));
    proxy.arm(what);
    const auto answer = own(*store, stream, 88);
    CHECK(answer.last_proof_at == timestamp{1234});
    CHECK(answer.epoch >= 2);
    REQUIRE(store->commit(batch_of(stream.next(1))));
    check_stored_once(*store, stream);
  }
}

TEST_CASE("postgres: a crash of the server loses nothing that was committed") {
  postgres_backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  for (auto round = 0; round < 2; ++round) {
    REQUIRE(store->commit(batch_of(stream.next(5))));
    postgres_server::shared().crash_and_restart();
    const auto outcome = store->commit(batch_of(stream.next(5)));
    REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
    check_stored_once(*store, stream);
  }
}

TEST_CASE("postgres: while the server is away the outcome stays open, and the same batch again settles it") {
  postgres_server server;
  const auto store = require_open(open_store({.url = server.url()}));
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  REQUIRE(store->commit(batch_of(stream.next(1))));
  server.stop();
  const auto append = stream.next(2);
  for (auto i = 0; i < 2; ++i) {
    const auto outcome = store->commit(batch_of(append));
    REQUIRE_FALSE(outcome);
    CHECK(code_of(outcome.error()) == ec::timed_out);
    CHECK(message_of(outcome.error()).find("open-sesame") == std::string::npos);
  }
  CHECK(code_of(store->load(stream.clinic()).error()) == ec::store_unavailable);
  server.start();
  const auto outcome = store->commit(batch_of(append));
  REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
  CHECK(outcome->refused.empty());
  check_stored_once(*store, stream);
}

TEST_CASE("postgres: a lock held by somebody else ends in an error, not in waiting for ever") {
  postgres_backend backend;
  store_options options;
  options.url = backend.url;
  options.lock_timeout_ms = 100;
  const auto store = require_open(open_store(options));
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  auto holder = pg_connection::open({.url = backend.url});
  REQUIRE(holder);
  std::vector<pg_rows> rows;
  REQUIRE((*holder)->run({pg_statement{"BEGIN"}, pg_statement{"LOCK TABLE event_log"}}, rows));
  const auto append = stream.next(1);
  const auto outcome = store->commit(batch_of(append));
  REQUIRE_FALSE(outcome);
  CHECK(code_of(outcome.error()) == ec::store_unavailable);
  REQUIRE((*holder)->run({pg_statement{"COMMIT"}}, rows));
  REQUIRE(store->commit(batch_of(append)));
  check_stored_once(*store, stream);
}

TEST_CASE("postgres: a text the server cannot hold is a defect of ours, and nothing is stored") {
  postgres_backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  auto append = stream.next(1);
  append.events.front().body = std::string(1, static_cast<char>(0xFF));
  const auto outcome = store->commit(batch_of(append));
  REQUIRE_FALSE(outcome);
  CHECK(code_of(outcome.error()) == ec::internal);
  CHECK(store->load(stream.clinic())->events.empty());
}

TEST_CASE("postgres: a reader writes nothing, works beside an engine, and needs an existing store") {
  postgres_backend backend;
  const auto none = backend.open_to_read();
  REQUIRE_FALSE(none);
  CHECK(code_of(none.error()) == ec::store_version);
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  const auto reader = require_open(backend.open_to_read());
  REQUIRE(store->commit(batch_of(stream.next(3))));
  check_stored_once(*reader, stream);
  CHECK_FALSE(reader->mark_alive({first_engine, {1}, false, 0}));
  const std::vector clinics{stream.clinic()};
  CHECK_FALSE(reader->take_over(clinics, {5, 0}));
}

TEST_CASE("postgres: no message holds the password") {
  for (const auto* url :
       {"postgresql://me:open-sesame@127.0.0.1:1/db", "postgresql://me:open/sesame@127.0.0.1:x/db",
        "postgresql://127.0.0.1:1/db?user=me&password=open-sesame", "postgresql://me:open-sesame@[::1/db"}) {
    const auto opened = open_store({.url = url});
    REQUIRE_FALSE(opened);
    const auto message = message_of(opened.error());
    CHECK_MESSAGE(message.find("sesame") == std::string::npos, message);
    CHECK_FALSE(message.empty());
  }
  CHECK(shown_url("postgresql://me:open-sesame@db.example:5433/clinics?sslmode=require") ==
        "postgresql://me@db.example:5433/clinics");
}
