#pragma once

#include <cstdint>
#include <ctime>

namespace machiai::bench {

/// The one time of every measurement: nanoseconds of CLOCK_MONOTONIC.
inline int64_t now_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

inline int64_t from_seconds(double seconds) noexcept {
  return static_cast<int64_t>(seconds * 1e9);
}

} // namespace machiai::bench
