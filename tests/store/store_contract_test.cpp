#include "store/verify.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

#define STORE_BACKENDS memory_backend, sqlite_backend, postgres_backend

namespace {

constexpr incarnation second_engine = 7;

std::vector<size_t> refused_of(event_store& store, const commit_batch& batch) {
  auto outcome = store.commit(batch);
  REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
  return outcome->refused;
}

void store_all(event_store& store, clinic_append append) {
  REQUIRE(refused_of(store, batch_of(std::move(append))).empty());
}

clinic_history loaded(event_store& store, const clinic_id& clinic, uint64_t last_seq = UINT64_MAX) {
  auto history = store.load(clinic, last_seq);
  REQUIRE_MESSAGE(history, message_of(history.error()));
  return std::move(*history);
}

std::vector<event_record> scanned(event_store& store, const clinic_id& clinic, uint64_t first_seq, size_t count_max) {
  std::vector<event_record> events;
  const auto done = store.scan(clinic, first_seq, [&](const event_record& event) {
    events.push_back(event);
    return events.size() < count_max;
  });
  REQUIRE(done);
  return events;
}

size_t indexed(event_store& store, size_t rows_max) {
  const auto done = store.index_step(rows_max);
  REQUIRE_MESSAGE(done, message_of(done.error()));
  return *done;
}

} // namespace

TEST_CASE_TEMPLATE("store: what was committed is loaded, by this object and by the next one", Backend, STORE_BACKENDS) {
  Backend backend;
  sample_stream stream{"c-1", 0};
  clinic_append first, second;
  {
    const auto store = require_open(backend.open());
    CHECK(loaded(*store, stream.clinic()).events.empty());
    own(*store, stream);
    store_all(*store, first = stream.next(30));
    store_all(*store, second = stream.next(1));
    auto history = loaded(*store, stream.clinic());
    CHECK(history.events.size() == 31);
  }
  const auto store = require_open(backend.open());
  const auto history = loaded(*store, stream.clinic());
  auto expected = first.events;
  expected.push_back(second.events.front());
  CHECK(history.events == expected);
  CHECK(history.answers == std::vector{first.answers.front(), second.answers.front()});
  CHECK_FALSE(history.snapshot);
  CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
}

TEST_CASE_TEMPLATE("store: every field comes back as it was, also at the edges of its type", Backend, STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  auto append = stream.next(1);
  auto& event = append.events.front();
  event.at = {INT64_MIN};
  event.room = {};
  event.subject = {};
  event.body = "{\"text\":\"待合 \\u0000 🏥 'quoted' \\\\ {a,b} NULL\"}";
  event.hash.fill(0);
  append.answers.front().answer = "";
  append.answers.front().digest = UINT64_MAX;
  append.outbox.push_back({1, "mail", "key {1}", "{\"to\":\"\\\"\"}"});
  append.snapshot = snapshot_record{0, {INT64_MAX}, stream.hash(), std::string(100'000, 'x')};
  store_all(*store, append);
  const auto history = loaded(*store, stream.clinic());
  CHECK(history.events == append.events);
  CHECK(history.answers == append.answers);
  CHECK(history.snapshot == append.snapshot);
  CHECK(*store->outbox(stream.clinic(), 10) == append.outbox);
}

TEST_CASE_TEMPLATE("store: one batch holds many clinics", Backend, STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  commit_batch batch;
  std::vector<clinic_id> names;
  for (auto i = 100; i < 200; ++i) {
    sample_stream stream{"c-" + std::to_string(i), 0};
    names.push_back(stream.clinic());
    own(*store, stream);
    batch.appends.push_back(stream.next(3));
  }
  CHECK(store->clinics()->empty());
  CHECK(refused_of(*store, batch).empty());
  CHECK(*store->clinics() == names);
  for (const auto& append : batch.appends)
    CHECK(loaded(*store, append.clinic).events == append.events);
  while (indexed(*store, 7) > 0)
    CHECK(*store->clinics() == names);
}

TEST_CASE_TEMPLATE("store: the newest snapshot not after the asked seq begins a history", Backend, STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  std::vector<snapshot_record> snapshots;
  std::vector<event_record> events;
  for (auto i = 0; i < 3; ++i) {
    auto append = stream.next(10);
    snapshots.push_back(stream.snapshot());
    append.snapshot = snapshots.back();
    events.insert(events.end(), append.events.begin(), append.events.end());
    store_all(*store, std::move(append));
  }
  store_all(*store, stream.next(5));
  auto history = loaded(*store, stream.clinic());
  CHECK(history.snapshot == snapshots[2]);
  CHECK(history.events.size() == 5);
  CHECK(history.answers.size() == 2);
  history = loaded(*store, stream.clinic(), 25);
  CHECK(history.snapshot == snapshots[1]);
  CHECK(history.events == std::vector(events.begin() + 20, events.begin() + 25));
  history = loaded(*store, stream.clinic(), 9);
  CHECK_FALSE(history.snapshot);
  CHECK(history.events.size() == 9);
  CHECK(loaded(*store, stream.clinic(), 0).events.empty());
  CHECK(loaded(*store, stream.clinic(), 20).events.empty());
}

TEST_CASE_TEMPLATE("store: the newest snapshot not after a time is found, of that clinic alone", Backend,
                   STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  std::vector<snapshot_record> snapshots;
  for (const auto* name : {"c-1", "c-2"}) {
    sample_stream stream{name, 0};
    own(*store, stream);
    for (auto i = 0; i < 3; ++i) {
      auto append = stream.next(10);
      snapshots.push_back(stream.snapshot());
      snapshots.back().at = {1000 * (i + 1) + (snapshots.size() > 3 ? 1 : 0)};
      append.snapshot = snapshots.back();
      store_all(*store, std::move(append));
    }
  }
  const auto until = [&](const char* name, int64_t at_ms) {
    auto found = store->snapshot_until(clinic_id{name}, {at_ms});
    REQUIRE_MESSAGE(found, message_of(found.error()));
    return *found;
  };
  CHECK_FALSE(until("c-1", 999));
  CHECK(until("c-1", 1000) == snapshots[0]);
  CHECK(until("c-1", 2999) == snapshots[1]);
  CHECK(until("c-1", INT64_MAX) == snapshots[2]);
  CHECK_FALSE(until("c-2", 1000));
  CHECK(until("c-2", 3000) == snapshots[4]);
  CHECK_FALSE(until("c-3", INT64_MAX));
}

TEST_CASE_TEMPLATE("store: pruning leaves every event, young answers and each day's last snapshot", Backend,
                   STORE_BACKENDS) {
  constexpr int64_t day_ms = 24 * 60 * 60 * 1000;
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  sample_stream other{"c-2", 0};
  own(*store, stream);
  own(*store, other);
  std::vector<snapshot_record> snapshots;
  // Days 10, 10, 10, 11, 12, 12.
  for (const auto at_ms : {10 * day_ms, 10 * day_ms + 1, 11 * day_ms - 1, 11 * day_ms, 12 * day_ms, 12 * day_ms + 1}) {
    auto append = stream.next(2);
    snapshots.push_back(stream.snapshot());
    snapshots.back().at.ms = append.answers.front().at.ms = at_ms;
    append.snapshot = snapshots.back();
    store_all(*store, std::move(append));
    // Another clinic's snapshot of the same day is no reason to give this one's up.
    auto others = other.next(1);
    others.answers.front().at.ms = at_ms;
    others.snapshot = other.snapshot();
    others.snapshot->at.ms = at_ms;
    store_all(*store, std::move(others));
  }
  while (indexed(*store, 100) > 0) {
  }
  const auto snapshots_at = [&](uint64_t seq) { return loaded(*store, stream.clinic(), seq).snapshot; };
  size_t pruned = 0;
  for (auto step = 0; step < 20; ++step) {
    const auto done = store->prune({12 * day_ms + 1}, 3);
    REQUIRE_MESSAGE(done, message_of(done.error()));
    pruned += *done;
  }
  CHECK(snapshots_at(2) == std::nullopt);
  CHECK(snapshots_at(5) == std::nullopt);
  CHECK(snapshots_at(6) == snapshots[2]);
  CHECK(snapshots_at(9) == snapshots[3]);
  CHECK(snapshots_at(11) == snapshots[3]);
  CHECK(snapshots_at(99) == snapshots[5]);
  const auto answers_since = [&](uint64_t seq) { return loaded(*store, stream.clinic(), seq).answers.size(); };
  CHECK(answers_since(5) == 0);
  CHECK(answers_since(11) == 0);
  CHECK(answers_since(12) == 1);
  // Five answers and three snapshots of each clinic.
  CHECK(pruned == 16);
  CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
  CHECK(scanned(*store, stream.clinic(), 1, SIZE_MAX).size() == 12);
  // Numbering and index go on as if nothing were gone.
  store_all(*store, stream.next(2));
  indexed(*store, 100);
  CHECK(loaded(*store, stream.clinic()).events.size() == 2);
  CHECK(loaded(*store, stream.clinic()).answers.size() == 2);
}

TEST_CASE_TEMPLATE("store: a history is whole at any lag of the index", Backend, STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream one{"c-1", 0};
  sample_stream two{"c-2", 0};
  own(*store, one);
  own(*store, two);
  std::vector<event_record> expected;
  for (auto round = 0; round < 12; ++round) {
    commit_batch batch;
    batch.appends = {one.next(2), two.next(3)};
    const auto& events = batch.appends.front().events;
    expected.insert(expected.end(), events.begin(), events.end());
    CHECK(refused_of(*store, batch).empty());
    if (round % 2 == 1)
      indexed(*store, 4);
    CHECK(loaded(*store, one.clinic()).events == expected);
    CHECK(loaded(*store, one.clinic()).answers.size() == static_cast<size_t>(round) + 1);
    CHECK(scanned(*store, one.clinic(), 1, SIZE_MAX) == expected);
    CHECK(scanned(*store, one.clinic(), 2, 1) == std::vector{expected[1]});
    CHECK(scanned(*store, one.clinic(), 1000, SIZE_MAX).empty());
    CHECK(store->clinics()->size() == 2);
  }
  while (indexed(*store, 4) > 0)
    CHECK(loaded(*store, one.clinic()).events == expected);
  own(*store, one);
  store_all(*store, one.next(1));
  CHECK(verify_clinic(*store, one.clinic())->fault == std::nullopt);
  CHECK(verify_clinic(*store, two.clinic())->fault == std::nullopt);
}

TEST_CASE_TEMPLATE("store: an append under an old epoch, of a clinic not taken over, or with a gap is refused alone",
                   Backend, STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream good{"c-1", 0};
  sample_stream old{"c-2", 0};
  sample_stream gap{"c-3", 0};
  sample_stream twice{"c-4", 0};
  sample_stream stranger{"c-5", 1};
  for (auto* stream : {&good, &old, &gap, &twice})
    own(*store, *stream);
  sample_stream unaware = old;
  own(*store, old);
  gap.next(1);
  const auto twice_first = twice.next(2);
  commit_batch batch;
  batch.appends = {good.next(2), unaware.next(1), gap.next(1),     good.next(1),
                   twice_first,  twice_first,     stranger.next(1)};
  CHECK(refused_of(*store, batch) == std::vector<size_t>{1, 2, 5, 6});
  CHECK(loaded(*store, good.clinic()).events.size() == 3);
  CHECK(loaded(*store, old.clinic()).events.empty());
  CHECK(loaded(*store, old.clinic()).answers.empty());
  CHECK(loaded(*store, gap.clinic()).events.empty());
  CHECK(loaded(*store, twice.clinic()).events.size() == 2);
  CHECK(loaded(*store, stranger.clinic()).events.empty());
  auto mixed = good.next(2);
  mixed.events[1].epoch += 1;
  CHECK(refused_of(*store, batch_of(mixed)) == std::vector<size_t>{0});
  CHECK(refused_of(*store, {}).empty());
}

TEST_CASE_TEMPLATE("store: an append may hold answers alone", Backend, STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  store_all(*store, stream.next(1));
  auto answer_only = stream.next(0);
  store_all(*store, answer_only);
  store_all(*store, stream.next(1));
  CHECK(loaded(*store, stream.clinic()).answers.size() == 3);
  CHECK(loaded(*store, stream.clinic()).answers[1] == answer_only.answers.front());
}

TEST_CASE_TEMPLATE("store: the numbering goes on after a restart", Backend, STORE_BACKENDS) {
  Backend backend;
  sample_stream stream{"c-1", 0};
  for (auto life = 0; life < 4; ++life) {
    const auto store = require_open(backend.open());
    own(*store, stream);
    store_all(*store, stream.next(3));
    if (life % 2 == 0)
      indexed(*store, 2);
  }
  const auto store = require_open(backend.open());
  CHECK(loaded(*store, stream.clinic()).events.size() == 12);
  CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
}

TEST_CASE_TEMPLATE("store: a second engine is kept off, and the first writes on", Backend, sqlite_backend,
                   postgres_backend) {
  Backend backend;
  auto first = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*first, stream);
  const auto second = backend.open();
  REQUIRE_FALSE(second);
  CHECK(code_of(second.error()) == ec::stale_epoch);
  CHECK(message_of(second.error()).find("another engine writes to this store") != std::string::npos);
  store_all(*first, stream.next(1));
  first.reset();
  require_open(backend.open());
}

TEST_CASE_TEMPLATE("store: without a lock, of two engines only the one that took over last can write", Backend,
                   memory_backend, postgres_backend) {
  Backend backend;
  auto first = require_open(backend.open_unlocked());
  sample_stream stream{"c-1", 0};
  sample_stream other{"c-2", 0};
  own(*first, stream);
  own(*first, other);
  store_all(*first, stream.next(1));
  const auto second = require_open(backend.open_unlocked());
  auto unaware = stream;
  own(*second, stream, second_engine);
  store_all(*second, stream.next(2));
  commit_batch batch;
  batch.appends = {other.next(1), unaware.next(2)};
  CHECK(refused_of(*first, batch) == std::vector<size_t>{1});
  CHECK(refused_of(*first, batch_of(unaware.next(1))) == std::vector<size_t>{0});
  store_all(*first, other.next(1));
  CHECK(loaded(*first, stream.clinic()).events.size() == 3);
  CHECK(verify_clinic(*second, stream.clinic())->fault == std::nullopt);
  CHECK(verify_clinic(*second, other.clinic())->fault == std::nullopt);
}
