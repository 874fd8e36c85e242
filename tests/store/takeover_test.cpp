#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

#define STORE_BACKENDS memory_backend, sqlite_backend, postgres_backend

namespace {

constexpr incarnation second_engine = 7;

void store_all(event_store& store, clinic_append append) {
  const auto outcome = store.commit(batch_of(std::move(append)));
  REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
  REQUIRE(outcome->refused.empty());
}

} // namespace

TEST_CASE_TEMPLATE("store: a takeover raises the epoch and tells of the former owner", Backend, STORE_BACKENDS) {
  Backend backend;
  sample_stream stream{"c-1", 0};
  {
    const auto store = require_open(backend.open());
    const auto fresh = own(*store, stream);
    CHECK(fresh.epoch == first_epoch_of(first_engine));
    CHECK_FALSE(fresh.previous);
    REQUIRE(store->mark_alive({first_engine, {1000}, false, 0}));
    REQUIRE(store->mark_alive({first_engine, {2000}, false, 0}));
    store_all(*store, stream.next(2));
  }
  {
    const auto store = require_open(backend.open());
    const auto second = own(*store, stream, second_engine);
    CHECK(second.epoch == first_epoch_of(first_engine) + 1);
    CHECK(second.previous == alive_mark{first_engine, {2000}, false, 0});
    REQUIRE(store->mark_alive({second_engine, {3000}, true, 0}));
    store_all(*store, stream.next(1));
    const std::vector many{clinic_id{"c-0"}, stream.clinic()};
    const auto third = store->take_over(many, {second_engine, 0});
    REQUIRE(third);
    CHECK((*third)[0].epoch == 1);
    CHECK_FALSE((*third)[0].previous);
    CHECK((*third)[1].epoch == second.epoch + 1);
    CHECK((*third)[1].previous == alive_mark{second_engine, {3000}, true, 0});
  }
}

TEST_CASE_TEMPLATE("store: an owner that ended before it settled leaves the proof that it was told", Backend,
                   STORE_BACKENDS) {
  Backend backend;
  const auto store = require_open(backend.open());
  const std::vector clinics{clinic_id{"c-1"}};
  const auto told = [&](incarnation engine) {
    const auto answers = store->take_over(clinics, {engine, 5000});
    REQUIRE(answers);
    return answers->front();
  };
  CHECK_FALSE(told(1).last_proof_at);
  SUBCASE("never: the first owner's marks are the only proof there is") {
    REQUIRE(store->mark_alive({1, {1000}, false, 4000}));
    CHECK(told(2).last_proof_at == timestamp{1000});
  }
  SUBCASE("whether it ended before a mark, after one, or cleanly") {
    REQUIRE(store->mark_alive({1, {6000}, false, 6000}));
    CHECK(told(2).last_proof_at == timestamp{6000});
    const auto third = told(3);
    CHECK(third.last_proof_at == timestamp{6000});
    CHECK_FALSE(third.previous);
    REQUIRE(store->mark_alive({3, {9000}, false, 4999}));
    const auto fourth = told(4);
    CHECK(fourth.last_proof_at == timestamp{6000});
    CHECK(fourth.previous == alive_mark{3, {9000}, false, 4999});
    REQUIRE(store->mark_alive({4, {9500}, true, 100}));
    CHECK(told(5).last_proof_at == timestamp{6000});
    REQUIRE(store->mark_alive({5, {12000}, false, 5000}));
    CHECK(told(6).last_proof_at == timestamp{12000});
  }
  SUBCASE("also when it takes the clinic over again") {
    REQUIRE(store->mark_alive({1, {6000}, false, 6000}));
    told(2);
    REQUIRE(store->mark_alive({2, {7000}, false, 10}));
    CHECK(told(2).last_proof_at == timestamp{6000});
    CHECK(told(2).last_proof_at == timestamp{6000});
  }
}
