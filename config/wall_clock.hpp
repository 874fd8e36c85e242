#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

namespace machiai {

/// Where timestamps come from. Injected, so that tests decide what time it is; durations and timers use the monotonic
/// clock instead.
class wall_clock {
public:
  virtual ~wall_clock() = default;

  /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Never less than at an earlier call. May be
  /// called from any thread.
  virtual int64_t now_ms() = 0;
};

/// The machine's time, anchored to the monotonic clock: it starts at the system clock's time and from then on goes with
/// the monotonic clock, drifting towards the system clock by at most 0.5 %. So a step of the system clock (NTP after a
/// cold start, an operator, a virtual machine's host) neither lengthens nor shortens a consultation that is being
/// billed by more than 0.5 %, and time never runs backwards. A step of a second is caught up in about 200 seconds; a
/// restart takes over the system clock's time at once.
class slewing_clock : public wall_clock {
public:
  using source_ns = std::function<int64_t()>;

  /// The real thing: the system clock and CLOCK_BOOTTIME, which goes on while the machine is suspended.
  slewing_clock();

  /// For tests: both sources in nanoseconds.
  slewing_clock(source_ns monotonic, source_ns system);

  int64_t now_ms() override;

  /// The system clock less this clock: how much is still to be caught up. Worth an alert when it stays large.
  int64_t behind_ms();

private:
  int64_t now_ns(int64_t monotonic_ns) const;

  std::mutex mutex_;
  source_ns monotonic_;
  source_ns system_;
  int64_t anchor_monotonic_ns_;
  int64_t anchor_wall_ns_;
  /// What the system clock was ahead by when the anchor was set.
  int64_t error_ns_ = 0;
};

/// The process's one real clock, for main and the log; everything else is given its clock.
slewing_clock& system_wall_clock();

} // namespace machiai
