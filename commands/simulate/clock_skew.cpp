#include "commands/simulate/clock_skew.hpp"

#include <algorithm>

namespace machiai {

namespace {

/// Both clocks cut to milliseconds.
constexpr int64_t rounding_ms = 2;
constexpr int64_t drift_divisor = 100;

} // namespace

clock_skew::bounds clock_skew::widened(int64_t local_ms) const {
  const auto drift = std::max<int64_t>(local_ms - known_->as_of_ms, 0) / drift_divisor;
  return {known_->least_ms - drift, known_->most_ms + drift, local_ms};
}

bool clock_skew::take(int64_t event_at_ms, int64_t sent_ms, int64_t answered_ms) {
  const auto least = event_at_ms - answered_ms - rounding_ms;
  const auto most = event_at_ms - sent_ms + rounding_ms;
  if (!known_) {
    known_ = bounds{least, most, answered_ms};
    return least <= most;
  }
  const auto before = widened(answered_ms);
  const bounds narrowed{std::max(before.least_ms, least), std::min(before.most_ms, most), answered_ms};
  if (narrowed.least_ms > narrowed.most_ms)
    return false;
  known_ = narrowed;
  return true;
}

std::optional<int64_t> clock_skew::earliest(int64_t local_ms) const {
  return known_ ? std::optional{local_ms + widened(local_ms).least_ms} : std::nullopt;
}

std::optional<int64_t> clock_skew::latest(int64_t local_ms) const {
  return known_ ? std::optional{local_ms + widened(local_ms).most_ms} : std::nullopt;
}

} // namespace machiai
