#include "store/memory/memory_event_store.hpp"

#include <algorithm>

namespace machiai {

namespace {

template <class T>
void append_all(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

} // namespace

memory_event_store::memory_event_store(std::shared_ptr<memory_log> log) : log_(std::move(log)) {}

caf::expected<commit_outcome> memory_event_store::commit(const commit_batch& batch) {
  for (const auto& append : batch.appends)
    if (const auto found = log_->clinics.find(append.clinic); found != log_->clinics.end())
      if (const auto* head = heads_.find(append.clinic); head != nullptr && head->epoch != found->second.epoch)
        heads_.forget(append.clinic);
  auto plan = heads_.plan(batch);
  for (const auto i : plan.accepted) {
    const auto& append = batch.appends[i];
    auto& rows = log_->clinics[append.clinic];
    append_all(rows.events, append.events);
    append_all(rows.answers, append.answers);
    append_all(rows.outbox, append.outbox);
    if (append.snapshot)
      rows.snapshots.push_back(*append.snapshot);
  }
  heads_.apply(plan);
  return commit_outcome{std::move(plan.refused)};
}

caf::expected<std::vector<takeover>> memory_event_store::take_over(std::span<const clinic_id> clinics,
                                                                   const claimant& owner) {
  std::vector<takeover> answers;
  for (const auto& clinic : clinics) {
    auto& rows = log_->clinics[clinic];
    takeover answer;
    if (const auto mark = log_->marks.find(rows.owner.engine); rows.epoch > 0 && mark != log_->marks.end())
      answer.previous = mark->second;
    answer.last_proof_at = last_proof_of(answer.previous, rows.owner.settled_ran_ms, rows.proof_at);
    answer.epoch = rows.epoch = next_epoch(rows.epoch, owner.engine);
    rows.owner = owner;
    rows.proof_at = answer.last_proof_at;
    heads_.set(clinic, {rows.epoch, rows.events.empty() ? 0 : rows.events.back().seq});
    answers.push_back(answer);
  }
  return answers;
}

caf::expected<clinic_history> memory_event_store::load(const clinic_id& clinic, uint64_t last_seq) {
  clinic_history history;
  const auto found = log_->clinics.find(clinic);
  if (found == log_->clinics.end())
    return history;
  const auto& rows = found->second;
  for (const auto& snapshot : rows.snapshots)
    if (snapshot.seq <= last_seq && (!history.snapshot || snapshot.seq >= history.snapshot->seq))
      history.snapshot = snapshot;
  const auto first = first_seq_after(history.snapshot);
  std::ranges::copy_if(rows.events, std::back_inserter(history.events),
                       [=](const auto& row) { return row.seq >= first && row.seq <= last_seq; });
  if (auto whole = check_history(clinic, history); !whole)
    return whole.error();
  const auto after = history.snapshot ? history.snapshot->seq : 0;
  std::ranges::copy_if(rows.answers, std::back_inserter(history.answers),
                       [=](const auto& row) { return row.seq >= after && row.seq <= last_seq; });
  return history;
}

caf::expected<std::optional<snapshot_record>> memory_event_store::snapshot_until(const clinic_id& clinic,
                                                                                 timestamp until) {
  std::optional<snapshot_record> newest;
  if (const auto found = log_->clinics.find(clinic); found != log_->clinics.end())
    for (const auto& snapshot : found->second.snapshots)
      if (snapshot.at <= until && (!newest || snapshot.seq >= newest->seq))
        newest = snapshot;
  return newest;
}

caf::expected<void> memory_event_store::scan(const clinic_id& clinic, uint64_t first_seq,
                                             const std::function<bool(const event_record&)>& visit) {
  if (const auto found = log_->clinics.find(clinic); found != log_->clinics.end())
    for (const auto& event : found->second.events)
      if (event.seq >= first_seq && !visit(event))
        break;
  return caf::unit;
}

caf::expected<std::vector<clinic_id>> memory_event_store::clinics() {
  std::vector<clinic_id> ids;
  for (const auto& [clinic, rows] : log_->clinics)
    if (!rows.events.empty() || !rows.snapshots.empty() ||
        std::ranges::any_of(rows.answers, [](const auto& answer) { return answer.seq > 0; }))
      ids.push_back(clinic);
  return ids;
}

caf::expected<void> memory_event_store::mark_alive(const alive_mark& mark) {
  log_->marks[mark.engine] = mark;
  return caf::unit;
}

caf::expected<size_t> memory_event_store::index_step(size_t) {
  return 0;
}

caf::expected<size_t> memory_event_store::prune(timestamp before, size_t) {
  constexpr int64_t day_ms = 24 * 60 * 60 * 1000;
  size_t pruned = 0;
  for (auto& [clinic, rows] : log_->clinics) {
    pruned += std::erase_if(rows.answers, [&](const auto& row) { return row.at < before; });
    auto& all = rows.snapshots;
    for (auto it = all.begin(); it != all.end();) {
      const auto spare = it->at < before && std::any_of(it + 1, all.end(), [&](const auto& later) {
                           return later.seq >= it->seq && later.at.ms / day_ms == it->at.ms / day_ms;
                         });
      it = spare ? all.erase(it) : it + 1;
      pruned += spare ? 1 : 0;
    }
  }
  return pruned;
}

caf::expected<std::vector<outbox_record>> memory_event_store::outbox(const clinic_id& clinic, size_t rows_max) {
  const auto found = log_->clinics.find(clinic);
  if (found == log_->clinics.end())
    return std::vector<outbox_record>{};
  const auto& rows = found->second.outbox;
  return std::vector<outbox_record>(rows.begin(),
                                    rows.begin() + static_cast<ptrdiff_t>(std::min(rows_max, rows.size())));
}

} // namespace machiai
