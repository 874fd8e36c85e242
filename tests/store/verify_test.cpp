#include "store/hash_chain.hpp"
#include "store/verify.hpp"
#include "tests/support/sample_stream.hpp"
#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

std::vector<event_record> good_history() {
  return sample_stream{"c-1", 1}.next(6).events;
}

std::optional<history_fault> first_fault(const std::vector<event_record>& events) {
  history_checker checker{clinic_id{"c-1"}};
  for (const auto& event : events)
    if (auto fault = checker.check(event))
      return fault;
  CHECK(checker.head().seq == events.size());
  return std::nullopt;
}

void check_fault(const std::vector<event_record>& events, uint64_t seq, std::string_view reason) {
  const auto fault = first_fault(events);
  REQUIRE(fault);
  CHECK(fault->seq == seq);
  CHECK_MESSAGE(fault->reason.find(reason) != std::string::npos, fault->reason);
}

/// Chains all hashes anew, as somebody would who alters more than one row.
std::vector<event_record> rechained(std::vector<event_record> events) {
  digest hash = genesis_digest;
  for (auto& event : events)
    event.hash = hash = chain(hash, event);
  return events;
}

} // namespace

TEST_CASE("verify: an untouched history is right, and so is an empty one") {
  CHECK_FALSE(first_fault(good_history()));
  CHECK_FALSE(first_fault({}));
}

TEST_CASE("verify: a changed, removed, swapped or foreign row is found at its place") {
  auto events = good_history();
  events[2].body = "{}x";
  check_fault(events, 3, "hash");
  events = good_history();
  events.erase(events.begin() + 1);
  check_fault(events, 2, "expected seq 2, found 3");
  events = good_history();
  std::swap(events[3], events[4]);
  check_fault(events, 4, "expected seq 4, found 5");
  events = good_history();
  events.insert(events.begin() + 2, events[1]);
  check_fault(events, 3, "expected seq 3, found 2");
  events = good_history();
  events.erase(events.begin());
  check_fault(events, 1, "expected seq 1");
  events = good_history();
  events[5].clinic = clinic_id{"c-2"};
  check_fault(events, 6, "another clinic");
}

TEST_CASE("verify: epochs and times do not fall, even when the chain was made anew") {
  auto events = good_history();
  events[3].epoch = 0;
  check_fault(rechained(events), 4, "epoch falls");
  events = good_history();
  events[4].at = {0};
  check_fault(rechained(events), 5, "time falls");
}

TEST_CASE("verify: a snapshot of another history or beyond the events' end is found") {
  for (const auto beyond : {false, true}) {
    memory_backend backend;
    {
      const auto store = require_open(backend.open());
      sample_stream stream{"c-1", 1};
      const std::vector clinics{stream.clinic()};
      REQUIRE(store->take_over(clinics, {1, 0}));
      auto append = stream.next(3);
      append.snapshot = stream.snapshot();
      if (beyond)
        append.snapshot->seq = 4;
      else
        append.snapshot->hash.fill(7);
      REQUIRE(store->commit(batch_of(append)));
      const auto verified = verify_clinic(*store, stream.clinic());
      REQUIRE(verified);
      REQUIRE(verified->fault);
      CHECK(verified->fault->seq == (beyond ? 4 : 3));
    }
  }
}

TEST_CASE_TEMPLATE("verify: a row changed or removed behind the store's back is named", Backend, sqlite_backend,
                   postgres_backend) {
  for (const auto* damage : {"UPDATE event_log SET body = '{}' WHERE seq = 5", "DELETE FROM event_log WHERE seq = 5"}) {
    Backend backend;
    const auto store = require_open(backend.open());
    sample_stream stream{"c-1", 1};
    const std::vector clinics{stream.clinic()};
    REQUIRE(store->take_over(clinics, {1, 0}));
    REQUIRE(store->commit(batch_of(stream.next(9))));
    backend.run(damage);
    const auto verified = verify_clinic(*store, stream.clinic());
    REQUIRE(verified);
    REQUIRE(verified->fault);
    CHECK(verified->fault->seq == 5);
    const auto history = store->load(stream.clinic());
    CHECK(history.engaged() == (std::string_view{damage}.starts_with("UPDATE")));
  }
}

TEST_CASE_TEMPLATE("verify: a cut-off end shows against the answers left behind, or against a head kept apart", Backend,
                   sqlite_backend, postgres_backend) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 1};
  const std::vector clinics{stream.clinic()};
  REQUIRE(store->take_over(clinics, {1, 0}));
  REQUIRE(store->commit(batch_of(stream.next(5))));
  REQUIRE(store->commit(batch_of(stream.next(4))));
  const auto whole = verify_clinic(*store, stream.clinic());
  REQUIRE(whole);
  CHECK_FALSE(whole->fault);
  CHECK(whole->head == history_head{9, stream.hash()});
  CHECK_FALSE(verify_clinic(*store, stream.clinic(), whole->head)->fault);

  backend.run("DELETE FROM event_log WHERE seq > 5");
  const auto cut = verify_clinic(*store, stream.clinic());
  REQUIRE(cut);
  REQUIRE(cut->fault);
  CHECK(cut->fault->seq == 6);

  backend.run("DELETE FROM answer_log WHERE seq > 5");
  CHECK_FALSE(verify_clinic(*store, stream.clinic())->fault);
  const auto against_head = verify_clinic(*store, stream.clinic(), whole->head);
  REQUIRE(against_head);
  REQUIRE(against_head->fault);
  CHECK(against_head->fault->seq == 6);

  auto other = whole->head;
  other.seq = 3;
  CHECK(verify_clinic(*store, stream.clinic(), other)->fault->seq == 3);
}

TEST_CASE_TEMPLATE("verify: a clinic whose events are all gone is known by what they left behind", Backend,
                   sqlite_backend, postgres_backend) {
  Backend backend;
  const auto store = require_open(backend.open());
  sample_stream stream{"c-1", 0};
  own(*store, stream);
  auto append = stream.next(5);
  append.snapshot = stream.snapshot();
  REQUIRE(store->commit(batch_of(append)));
  REQUIRE(store->index_step(100));
  backend.run("DELETE FROM event_index");
  backend.run("DELETE FROM event_log");
  CHECK(*store->clinics() == std::vector{stream.clinic()});
  CHECK(verify_clinic(*store, stream.clinic())->fault->seq == 1);
  const auto history = store->load(stream.clinic());
  REQUIRE_FALSE(history);
  CHECK(code_of(history.error()) == ec::store_damaged);
}
