#include "tests/support/stored_clinic.hpp"

#include "store/event_codec.hpp"
#include "store/hash_chain.hpp"

#include <doctest/doctest.h>

namespace machiai::test {

void store_clinic(event_store& store, const std::string& id, const model_clinic& clinic,
                  const std::set<uint64_t>& snapshots_after) {
  const std::vector clinics{clinic_id{id}};
  const auto owner = store.take_over(clinics, {1, 0});
  REQUIRE_MESSAGE(owner, message_of(owner.error()));
  clinic_append append;
  append.clinic = clinic_id{id};
  append.epoch = owner->front().epoch;
  const auto commit = [&store, &append] {
    commit_batch batch;
    batch.appends.push_back(append);
    const auto outcome = store.commit(batch);
    REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
    REQUIRE(outcome->refused.empty());
    append.events.clear();
    append.snapshot.reset();
  };
  digest hash{};
  clinic_state state;
  for (auto x : clinic.log) {
    x.position.epoch = append.epoch;
    auto record = to_record(append.clinic, x);
    record.hash = hash = chain(hash, record);
    append.events.push_back(std::move(record));
    apply(state, x);
    if (!snapshots_after.contains(x.position.seq))
      continue;
    append.snapshot = snapshot_record{x.position.seq, state.last_at, hash, encode_snapshot({state, {}})};
    commit();
  }
  if (!append.events.empty())
    commit();
}

} // namespace machiai::test
