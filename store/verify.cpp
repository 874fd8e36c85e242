#include "store/verify.hpp"

#include "store/hash_chain.hpp"

#include <algorithm>

namespace machiai {

std::optional<history_fault> history_checker::check(const event_record& next) {
  const auto fault = [this](std::string reason) { return history_fault{last_seq_ + 1, std::move(reason)}; };
  if (next.clinic != clinic_)
    return fault("the row belongs to another clinic");
  if (next.seq != last_seq_ + 1)
    return fault("expected seq " + std::to_string(last_seq_ + 1) + ", found " + std::to_string(next.seq));
  if (next.epoch < last_epoch_)
    return fault("the epoch falls from " + std::to_string(last_epoch_) + " to " + std::to_string(next.epoch));
  auto& last_at = last_at_.try_emplace(next.room, next.at).first->second;
  if (next.at < last_at)
    return fault("the time falls from " + to_rfc3339(last_at) + " to " + to_rfc3339(next.at));
  if (next.hash != chain(last_hash_, next))
    return fault("the hash does not match: this row, or one before it, was changed");
  last_seq_ = next.seq;
  last_epoch_ = next.epoch;
  last_at = next.at;
  last_hash_ = next.hash;
  return std::nullopt;
}

namespace {

/// The last event that what was stored beside the events tells of.
uint64_t newest_known(const std::optional<snapshot_record>& snapshot, const std::vector<answer_record>& answers) {
  auto newest = snapshot ? snapshot->seq : 0;
  for (const auto& answer : answers)
    newest = std::max(newest, answer.seq);
  return newest;
}

} // namespace

caf::expected<verified_history> verify_clinic(event_store& store, const clinic_id& clinic,
                                              const std::optional<history_head>& former_head) {
  const auto loaded = store.load(clinic);
  if (!loaded && code_of(loaded.error()) != ec::store_damaged)
    return loaded.error();
  const auto newest_snapshot = store.snapshot_until(clinic, timestamp{INT64_MAX});
  if (!newest_snapshot)
    return newest_snapshot.error();
  const auto& snapshot = *newest_snapshot;
  history_checker checker{clinic};
  verified_history result;
  auto& fault = result.fault;
  const auto scanned = store.scan(clinic, 1, [&](const event_record& record) {
    fault = checker.check(record);
    if (!fault && snapshot && snapshot->seq == record.seq && snapshot->hash != record.hash)
      fault = history_fault{record.seq, "the snapshot was made from another history"};
    if (!fault && former_head && former_head->seq == record.seq && former_head->hash != record.hash)
      fault = history_fault{record.seq, "the event is not the one that was there when the given head was noted"};
    return !fault;
  });
  if (!scanned)
    return scanned.error();
  result.head = checker.head();
  const auto end = result.head.seq;
  const auto newest = std::max(newest_known(snapshot, loaded ? loaded->answers : std::vector<answer_record>{}),
                               former_head ? former_head->seq : 0);
  // The engine may have added events between the two readings, but none of them can be missing from the second.
  if (!fault && newest > end)
    fault = history_fault{end + 1, "the events end here, but there was one with seq " + std::to_string(newest)};
  if (!fault && !loaded)
    return loaded.error();
  return result;
}

} // namespace machiai
