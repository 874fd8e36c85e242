#pragma once

#include "config/wall_clock.hpp"

#include <atomic>
#include <cstdint>

namespace machiai {

/// A wall clock that stands still until a test moves it.
class manual_clock : public wall_clock {
public:
  /// 2026-11-22T01:00:00Z, ten in the morning in Japan.
  static constexpr int64_t default_start_ms = 1'795'309'200'000;

  explicit manual_clock(int64_t start_ms = default_start_ms) : now_ms_(start_ms) {}

  int64_t now_ms() override { return now_ms_; }

  void advance_ms(int64_t length_ms) { now_ms_ += length_ms; }

private:
  std::atomic<int64_t> now_ms_;
};

} // namespace machiai
