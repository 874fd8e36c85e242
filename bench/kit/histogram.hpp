#pragma once

#include <boost/json/object.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace machiai::bench {

/// Latencies in buckets whose width is below 1 % of their value (as HdrHistogram has them), so that millions cost as
/// little as one. Nanoseconds; negative ones count as 0, those above 73 minutes as the largest.
class histogram {
public:
  void record(int64_t ns) noexcept { record(ns, 1); }
  void record(int64_t ns, uint64_t times) noexcept;

  uint64_t count() const noexcept { return count_; }
  int64_t max_ns() const noexcept { return max_ns_; }

  /// The value that `share` (0 to 1) of all recorded ones do not exceed; 0 when there is none. Never above the maximum.
  int64_t quantile_ns(double share) const noexcept;

  /// `{"p50":…,"p99":…,"p999":…,"max":…,"count":…}` in milliseconds.
  boost::json::object in_ms() const;

private:
  static constexpr unsigned step_bits = 7;
  static constexpr size_t steps = size_t{1} << step_bits;
  static constexpr unsigned value_bits = 42;

  static size_t bucket_of(uint64_t ns) noexcept;
  static int64_t upper_end_of(size_t bucket) noexcept;

  std::array<uint64_t, steps*(value_bits - step_bits + 1)> buckets_{};
  uint64_t count_ = 0;
  int64_t max_ns_ = 0;
};

} // namespace machiai::bench
