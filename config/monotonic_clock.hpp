#pragma once

#include <chrono>
#include <cstdint>

namespace machiai {

/// Microseconds of this machine's monotonic clock; for measuring only, nothing is decided by it.
inline int64_t monotonic_us() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_start).count();
}

} // namespace machiai
