#include "store/stream_heads.hpp"

#include "config/error.hpp"

namespace machiai {

namespace {

bool continues(const clinic_append& append, const stream_head& head) {
  if (append.epoch != head.epoch)
    return false;
  auto seq = head.seq;
  for (const auto& event : append.events)
    if (event.clinic != append.clinic || event.epoch != append.epoch || event.seq != ++seq)
      return false;
  return true;
}

} // namespace

const stream_head* stream_heads::find(const clinic_id& clinic) const {
  const auto found = heads_.find(clinic);
  return found == heads_.end() ? nullptr : &found->second;
}

std::vector<clinic_id> stream_heads::clinics() const {
  std::vector<clinic_id> clinics;
  for (const auto& [clinic, head] : heads_)
    clinics.push_back(clinic);
  return clinics;
}

batch_plan stream_heads::plan(const commit_batch& batch) const {
  batch_plan plan;
  for (size_t i = 0; i < batch.appends.size(); ++i) {
    const auto& append = batch.appends[i];
    const auto planned = plan.heads.find(append.clinic);
    const auto* head = planned != plan.heads.end() ? &planned->second : find(append.clinic);
    if (head == nullptr || !continues(append, *head)) {
      plan.refused.push_back(i);
      continue;
    }
    plan.accepted.push_back(i);
    plan.heads[append.clinic] = {head->epoch, head->seq + append.events.size()};
  }
  return plan;
}

void stream_heads::apply(const batch_plan& plan) {
  for (const auto& [clinic, head] : plan.heads)
    heads_[clinic] = head;
}

uint64_t first_seq_after(const std::optional<snapshot_record>& snapshot) {
  return snapshot ? std::max<uint64_t>(snapshot->seq, 1) : 1;
}

caf::expected<void> check_history(const clinic_id& clinic, clinic_history& history) {
  auto& events = history.events;
  auto expected = first_seq_after(history.snapshot);
  for (const auto& event : events)
    if (event.seq != expected++)
      return make_error(ec::store_damaged, "clinic " + clinic.value + ": expected seq " + std::to_string(expected - 1) +
                                               ", found " + std::to_string(event.seq));
  if (!history.snapshot || history.snapshot->seq == 0)
    return caf::unit;
  if (events.empty() || events.front().hash != history.snapshot->hash)
    return make_error(ec::store_damaged, "clinic " + clinic.value + ": seq " + std::to_string(history.snapshot->seq) +
                                             " is not the event its snapshot was made after");
  events.erase(events.begin());
  return caf::unit;
}

} // namespace machiai
