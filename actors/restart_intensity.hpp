#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace machiai {

/// Counts restarts within a window of time, as OTP's supervisors do: more than `restarts_max` means that restarting
/// does not help. Pure.
class restart_intensity {
public:
  restart_intensity(size_t restarts_max, std::chrono::milliseconds window)
      : restarts_max_(restarts_max), window_(window) {}

  /// One more restart at `now`; false when it is one too many.
  bool restart(std::chrono::steady_clock::time_point now) {
    while (!restarts_.empty() && now - restarts_.front() > window_)
      restarts_.pop_front();
    restarts_.push_back(now);
    return restarts_.size() <= restarts_max_;
  }

private:
  size_t restarts_max_;
  std::chrono::milliseconds window_;
  std::deque<std::chrono::steady_clock::time_point> restarts_;
};

} // namespace machiai
