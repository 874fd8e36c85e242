#include "store/verify.hpp"

#include "store/hash_chain.hpp"

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

caf::expected<std::optional<history_fault>> verify_clinic(event_store& store, const clinic_id& clinic) {
  const auto loaded = store.load(clinic);
  if (!loaded && code_of(loaded.error()) != ec::store_damaged)
    return loaded.error();
  const auto snapshot = loaded ? loaded->snapshot : std::nullopt;
  history_checker checker{clinic};
  std::optional<history_fault> fault;
  const auto scanned = store.scan(clinic, 1, [&](const event_record& record) {
    fault = checker.check(record);
    if (!fault && snapshot && snapshot->seq == record.seq && snapshot->hash != record.hash)
      fault = history_fault{record.seq, "the snapshot was made from another history"};
    return !fault;
  });
  if (!scanned)
    return scanned.error();
  if (!fault && snapshot && snapshot->seq > checker.last_seq())
    fault = history_fault{checker.last_seq() + 1,
                          "the snapshot reaches seq " + std::to_string(snapshot->seq) + ", the events end before it"};
  if (!fault && !loaded)
    return loaded.error();
  return fault;
}

} // namespace machiai
