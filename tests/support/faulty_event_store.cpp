#include "tests/support/faulty_event_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace machiai::test {

namespace {

caf::error down() {
  return make_error(ec::store_unavailable, "the test took the store down");
}

} // namespace

faulty_event_store::faulty_event_store(std::unique_ptr<event_store> inner, commit_faults faults)
    : inner_(std::move(inner)), faults_(std::move(faults)) {}

caf::expected<commit_outcome> faulty_event_store::commit(const commit_batch& batch) {
  const auto number = ++commits_;
  if (faults_.raise.contains(number))
    throw std::runtime_error("the test made this commit throw");
  // It was stored: nothing but the outcome, once it can be read, is true.
  if (withheld_ && down_)
    return make_error(ec::timed_out, "the test withheld the answer");
  if (withheld_)
    return *std::exchange(withheld_, std::nullopt);
  if (down_ || faults_.fail_before.contains(number))
    return down();
  if (std::ranges::any_of(batch.appends, [&](const auto& x) { return faults_.spoiled.contains(x.clinic); }))
    return make_error(ec::internal, "the test spoiled a row");
  if (faults_.lose.contains(number))
    return commit_outcome{};
  auto outcome = inner_->commit(batch);
  if (outcome && faults_.fail_after.contains(number)) {
    withheld_ = std::move(*outcome);
    return make_error(ec::timed_out, "the test withheld the answer");
  }
  return outcome;
}

caf::expected<std::vector<takeover>> faulty_event_store::take_over(std::span<const clinic_id> clinics,
                                                                   const claimant& owner) {
  if (down_)
    return down();
  return inner_->take_over(clinics, owner);
}

caf::expected<clinic_history> faulty_event_store::load(const clinic_id& clinic, uint64_t last_seq) {
  return inner_->load(clinic, last_seq);
}

caf::expected<std::optional<snapshot_record>> faulty_event_store::snapshot_until(const clinic_id& clinic,
                                                                                 timestamp until) {
  return inner_->snapshot_until(clinic, until);
}

caf::expected<void> faulty_event_store::scan(const clinic_id& clinic, uint64_t first_seq,
                                             const std::function<bool(const event_record&)>& visit) {
  return inner_->scan(clinic, first_seq, visit);
}

caf::expected<std::vector<clinic_id>> faulty_event_store::clinics() {
  return inner_->clinics();
}

caf::expected<void> faulty_event_store::mark_alive(const alive_mark& mark) {
  if (down_)
    return down();
  return inner_->mark_alive(mark);
}

caf::expected<size_t> faulty_event_store::index_step(size_t rows_max) {
  if (down_)
    return down();
  return inner_->index_step(rows_max);
}

caf::expected<size_t> faulty_event_store::prune(timestamp before, size_t rows_max) {
  if (down_)
    return down();
  return inner_->prune(before, rows_max);
}

caf::expected<std::vector<outbox_record>> faulty_event_store::outbox(const clinic_id& clinic, size_t rows_max) {
  return inner_->outbox(clinic, rows_max);
}

} // namespace machiai::test
