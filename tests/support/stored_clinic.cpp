#include "tests/support/stored_clinic.hpp"

#include "store/event_codec.hpp"
#include "store/hash_chain.hpp"

#include <doctest/doctest.h>

namespace machiai::test {

void store_clinic(event_store& store, const std::string& id, const model_clinic& clinic) {
  const std::vector clinics{clinic_id{id}};
  const auto owner = store.take_over(clinics, 1);
  REQUIRE_MESSAGE(owner, message_of(owner.error()));
  clinic_append append;
  append.clinic = clinic_id{id};
  append.epoch = owner->front().epoch;
  digest hash{};
  for (auto x : clinic.log) {
    x.position.epoch = append.epoch;
    auto record = to_record(append.clinic, x);
    record.hash = hash = chain(hash, record);
    append.events.push_back(std::move(record));
  }
  commit_batch batch;
  batch.appends.push_back(std::move(append));
  const auto outcome = store.commit(batch);
  REQUIRE_MESSAGE(outcome, message_of(outcome.error()));
  REQUIRE(outcome->refused.empty());
}

} // namespace machiai::test
