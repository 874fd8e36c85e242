#include "tests/support/sample_stream.hpp"

#include "config/error.hpp"
#include "store/event_codec.hpp"
#include "store/hash_chain.hpp"
#include "tests/support/sample_events.hpp"

#include <doctest/doctest.h>

namespace machiai::test {

namespace {

const timestamp start{1'775'782'800'000};

} // namespace

clinic_append sample_stream::next(size_t count) {
  static const auto samples = one_event_of_each_kind();
  clinic_append append;
  append.clinic = clinic_;
  append.epoch = epoch_;
  for (size_t i = 0; i < count; ++i) {
    auto event = samples[seq_ % samples.size()];
    event.position = {epoch_, ++seq_};
    event.at = start + milliseconds{seq_};
    auto record = to_record(clinic_, event);
    record.hash = hash_ = chain(hash_, record);
    append.events.push_back(std::move(record));
  }
  append.answers.push_back({.principal = person_id{"p-1"},
                            .command = command_id{"command-" + std::to_string(seq_)},
                            .at = start + milliseconds{seq_},
                            .seq = seq_,
                            .answer = R"({"ok":true,"名":"待合"})"});
  return append;
}

void sample_stream::rewind(uint64_t seq, const digest& hash, uint32_t epoch) {
  seq_ = seq;
  hash_ = hash;
  epoch_ = epoch;
}

snapshot_record sample_stream::snapshot() const {
  return {seq_, start + milliseconds{seq_}, hash_, "{\"folded\":" + std::to_string(seq_) + "}"};
}

takeover own(event_store& store, sample_stream& stream, incarnation engine) {
  const std::vector clinics{stream.clinic()};
  const auto answers = store.take_over(clinics, {engine, 0});
  REQUIRE_MESSAGE(answers, message_of(answers.error()));
  REQUIRE(answers->size() == 1);
  stream.set_epoch(answers->front().epoch);
  return answers->front();
}

commit_batch batch_of(clinic_append append) {
  commit_batch batch;
  batch.appends.push_back(std::move(append));
  return batch;
}

} // namespace machiai::test
