#include "config/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <time.h>

namespace machiai {

namespace {

constexpr int64_t ns_per_ms = 1'000'000;

/// A part of the elapsed time: 1/200 is 0.5 %, ten times what NTP slews by, and no more than 9 seconds in half an
/// hour's consultation.
constexpr int64_t slew_divisor = 200;

/// The error is measured afresh this often. Between two measurements the correction is bounded by the error, so that a
/// long pause between calls cannot overshoot.
constexpr int64_t anchor_every_ns = 100 * ns_per_ms;

int64_t boot_time_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int64_t system_time_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

slewing_clock::slewing_clock() : slewing_clock(boot_time_ns, system_time_ns) {}

slewing_clock::slewing_clock(source_ns monotonic, source_ns system)
    : monotonic_(std::move(monotonic)), system_(std::move(system)), anchor_monotonic_ns_(monotonic_()),
      anchor_wall_ns_(system_()) {}

int64_t slewing_clock::now_ns(int64_t monotonic_ns) const {
  const auto elapsed = std::max<int64_t>(monotonic_ns - anchor_monotonic_ns_, 0);
  const auto slew_max = elapsed / slew_divisor;
  return anchor_wall_ns_ + elapsed + std::clamp(error_ns_, -slew_max, slew_max);
}

int64_t slewing_clock::now_ms() {
  const std::lock_guard guard{mutex_};
  const auto monotonic_ns = monotonic_();
  const auto now = now_ns(monotonic_ns);
  if (monotonic_ns - anchor_monotonic_ns_ >= anchor_every_ns) {
    anchor_monotonic_ns_ = monotonic_ns;
    anchor_wall_ns_ = now;
    error_ns_ = system_() - now;
  }
  return now / ns_per_ms;
}

int64_t slewing_clock::behind_ms() {
  const std::lock_guard guard{mutex_};
  return (system_() - now_ns(monotonic_())) / ns_per_ms;
}

slewing_clock& system_wall_clock() {
  static slewing_clock clock;
  return clock;
}

} // namespace machiai
