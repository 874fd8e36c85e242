#include "store/verify.hpp"
#include "tests/support/failing_call.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace machiai;
using namespace machiai::test;

namespace {

/// One life of a store in which calls fail, and what was said in it.
template <class Backend>
struct troubled_life {
  void take_over() {
    if (const auto taken = store->take_over(std::vector{stream.clinic()}, {first_engine, 0})) {
      stream.set_epoch((*taken)[0].epoch);
      owned = true;
    }
  }

  /// Until something fails; the last batch without a clear answer stays in `open`.
  void live(size_t batches, size_t padding_bytes) {
    auto opened = backend.open();
    if (!opened)
      return;
    store = std::move(*opened);
    take_over();
    if (!owned)
      return;
    for (size_t i = 0; i < batches && open.events.empty(); ++i) {
      auto append = stream.next(5);
      append.events.front().body += std::string(padding_bytes, ' ');
      if (store->commit(batch_of(append)))
        stored += append.events.size();
      else
        open = std::move(append);
      if (open.events.empty()) {
        static_cast<void>(store->index_step(100));
        static_cast<void>(store->mark_alive({first_engine, {1}, false, 1}));
      }
    }
    padded = padding_bytes > 0;
  }

  /// As after a crash: exactly what was acknowledged is there, and perhaps the batch that nobody was told of.
  void check_reopened() {
    store.reset();
    store = require_open(backend.open());
    check_stored(stored, stored + open.events.size());
  }

  /// As the event log goes on: the same batch again.
  void check_repeated() {
    const auto again = store->commit(batch_of(open));
    REQUIRE_MESSAGE(again, message_of(again.error()));
    CHECK(again->refused.empty());
    check_stored(stored + open.events.size(), stored + open.events.size());
  }

  void check_stored(size_t least, size_t most) {
    const auto history = store->load(stream.clinic());
    REQUIRE_MESSAGE(history, message_of(history.error()));
    CHECK(history->events.size() >= least);
    CHECK((history->events.size() == least || history->events.size() == most));
    // Padding is not in the hashes.
    if (!padded)
      CHECK(verify_clinic(*store, stream.clinic())->fault == std::nullopt);
  }

  Backend backend{};
  sample_stream stream{"c-1", 0};
  std::unique_ptr<event_store> store;
  bool owned = false;
  bool padded = false;
  size_t stored = 0;
  clinic_append open;
};

/// Every call of this sort fails once, the first, the second and so on, until a life passes in which none is left to
/// fail; how many did.
template <class Backend>
int fail_each(called which, int64_t step, size_t batches, size_t padding_bytes) {
  auto lives = 0;
  for (int64_t nth = 1;; nth += step) {
    CAPTURE(nth);
    troubled_life<Backend> life;
    failing_call failing{which, nth, nth % 8 == 0};
    life.live(batches, padding_bytes);
    const auto happened = failing_call::happened();
    failing.heal();
    if (life.owned && !life.open.events.empty() && nth % 2 == 0)
      life.check_repeated();
    else
      life.check_reopened();
    life.store.reset();
    if (!happened)
      return lives;
    ++lives;
  }
}

} // namespace

TEST_CASE("sqlite: whichever open, write, read, truncation or mapping fails, what is said about a batch is true") {
  CHECK(fail_each<sqlite_backend>(called::open, 1, 3, 0) >= 3);
  CHECK(fail_each<sqlite_backend>(called::write, 3, 3, 0) >= 20);
  // Large enough for checkpoints to come along.
  CHECK(fail_each<sqlite_backend>(called::write, 397, 8, 1'000'000) >= 10);
  CHECK(fail_each<sqlite_backend>(called::read, 1, 3, 0) >= 5);
  CHECK(fail_each<sqlite_backend>(called::truncate, 1, 3, 0) >= 1);
  CHECK(fail_each<sqlite_backend>(called::map, 1, 3, 0) >= 1);
}

TEST_CASE("sqlite: whichever of SQLite's allocations fails, what is said about a batch is true") {
  CHECK(fail_each<sqlite_backend>(called::allocate, 67, 2, 0) >= 20);
}

TEST_CASE("postgres: whichever send or receive fails, what is said about a batch is true") {
  CHECK(fail_each<postgres_backend>(called::send, 1, 2, 0) >= 8);
  CHECK(fail_each<postgres_backend>(called::receive, 1, 2, 0) >= 8);
}
