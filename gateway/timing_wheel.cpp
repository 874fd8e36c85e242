#include "gateway/timing_wheel.hpp"

#include <algorithm>

namespace machiai {

wheel_timer::~wheel_timer() {
  if (wheel_)
    wheel_->cancel(*this);
}

timing_wheel::timing_wheel(int64_t now_ms, int64_t tick_ms) : tick_ms_(tick_ms), tick_(now_ms / tick_ms) {}

timing_wheel::~timing_wheel() {
  for (auto* head : slots_)
    for (; head; head = head->next_)
      head->wheel_ = nullptr;
}

void timing_wheel::arm(wheel_timer& timer, int64_t due_ms) {
  cancel(timer);
  timer.due_tick_ = std::max((due_ms + tick_ms_ - 1) / tick_ms_, tick_ + 1);
  timer.wheel_ = this;
  ++armed_;
  link(timer, &slots_[static_cast<std::size_t>(timer.due_tick_) % slots]);
}

void timing_wheel::cancel(wheel_timer& timer) {
  if (!timer.wheel_)
    return;
  unlink(timer);
  timer.wheel_ = nullptr;
  --armed_;
}

void timing_wheel::advance(int64_t now_ms) {
  const auto last_tick = now_ms / tick_ms_;
  if (last_tick <= tick_)
    return;
  wheel_timer* due = nullptr;
  const auto first = std::max(tick_ + 1, last_tick - static_cast<int64_t>(slots) + 1);
  for (auto tick = first; tick <= last_tick; ++tick)
    take_slot(static_cast<std::size_t>(tick) % slots, last_tick, due);
  tick_ = last_tick;
  while (due) {
    auto& timer = *due;
    cancel(timer);
    timer.on_timer(now_ms);
  }
}

std::optional<int64_t> timing_wheel::next_wake_ms() const {
  if (armed_ == 0)
    return std::nullopt;
  const auto last = tick_ + static_cast<int64_t>(slots);
  for (auto tick = tick_ + 1; tick < last; ++tick)
    if (slots_[static_cast<std::size_t>(tick) % slots])
      return tick * tick_ms_;
  return last * tick_ms_;
}

/// Moves the slot's due timers to a list of their own: still armed, so that one that fires can cancel the others.
void timing_wheel::take_slot(std::size_t slot, int64_t last_tick, wheel_timer*& due) {
  for (auto* timer = slots_[slot]; timer;) {
    auto* const next = timer->next_;
    if (timer->due_tick_ <= last_tick) {
      unlink(*timer);
      link(*timer, &due);
    }
    timer = next;
  }
}

void timing_wheel::link(wheel_timer& timer, wheel_timer** list) {
  timer.next_ = *list;
  timer.link_ = list;
  if (timer.next_)
    timer.next_->link_ = &timer.next_;
  *list = &timer;
}

void timing_wheel::unlink(wheel_timer& timer) {
  *timer.link_ = timer.next_;
  if (timer.next_)
    timer.next_->link_ = timer.link_;
  timer.next_ = nullptr;
  timer.link_ = nullptr;
}

} // namespace machiai
