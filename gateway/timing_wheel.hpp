#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace machiai {

class timing_wheel;

/// Something that wants to be woken once. Leaves its wheel when destroyed. Neither copied nor moved: the wheel links
/// it.
class wheel_timer {
public:
  wheel_timer() = default;
  wheel_timer(const wheel_timer&) = delete;
  wheel_timer& operator=(const wheel_timer&) = delete;

  bool armed() const { return wheel_ != nullptr; }

protected:
  virtual ~wheel_timer();

  /// The time came. The timer is not armed any more; it, and any other timer, may be armed, cancelled or destroyed
  /// here.
  virtual void on_timer(int64_t now_ms) = 0;

private:
  friend class timing_wheel;
  timing_wheel* wheel_ = nullptr;
  wheel_timer* next_ = nullptr;
  wheel_timer** link_ = nullptr;
  int64_t due_tick_ = 0;
};

/// Timers of one shard in coarse ticks: arm and cancel cost O(1) and no memory. Time is what `advance` is told; it must
/// not go back. A timer fires in the first `advance` at or after its time rounded up to a tick, never early. Order
/// within a tick is not defined. Not thread-safe.
class timing_wheel {
public:
  static constexpr std::size_t slots = 1024;

  timing_wheel(int64_t now_ms, int64_t tick_ms);
  ~timing_wheel();
  timing_wheel(const timing_wheel&) = delete;
  timing_wheel& operator=(const timing_wheel&) = delete;

  /// Fires `timer` once at `due_ms`; replaces an earlier wish. A time that is past fires at the next tick.
  void arm(wheel_timer& timer, int64_t due_ms);
  /// Without effect on a timer that is not armed.
  void cancel(wheel_timer& timer);

  /// Fires everything that is due at `now_ms`.
  void advance(int64_t now_ms);

  /// When `advance` should be called next; at or before the earliest timer. Nothing when no timer is armed.
  std::optional<int64_t> next_wake_ms() const;

  std::size_t armed() const { return armed_; }

private:
  void link(wheel_timer& timer, wheel_timer** list);
  void unlink(wheel_timer& timer);
  void take_slot(std::size_t slot, int64_t last_tick, wheel_timer*& due);

  const int64_t tick_ms_;
  /// All ticks up to this one have fired.
  int64_t tick_;
  std::size_t armed_ = 0;
  std::array<wheel_timer*, slots> slots_{};
};

} // namespace machiai
