#include "bench/kit/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace machiai::bench {

size_t histogram::bucket_of(uint64_t ns) noexcept {
  if (ns < steps)
    return ns;
  // The highest bit names the group, the next bits the step within it.
  const auto shift = static_cast<unsigned>(std::bit_width(ns)) - step_bits - 1;
  return steps * (shift + 1) + ((ns >> shift) - steps);
}

int64_t histogram::upper_end_of(size_t bucket) noexcept {
  if (bucket < steps)
    return static_cast<int64_t>(bucket);
  const auto shift = bucket / steps - 1;
  return static_cast<int64_t>(((bucket % steps + steps + 1) << shift) - 1);
}

void histogram::record(int64_t ns, uint64_t times) noexcept {
  const auto value = std::min(static_cast<uint64_t>(std::max<int64_t>(ns, 0)), (uint64_t{1} << value_bits) - 1);
  buckets_[bucket_of(value)] += times;
  count_ += times;
  max_ns_ = std::max(max_ns_, static_cast<int64_t>(value));
}

int64_t histogram::quantile_ns(double share) const noexcept {
  const auto wanted = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0)
      return std::min(upper_end_of(i), max_ns_);
  }
  return 0;
}

boost::json::object histogram::in_ms() const {
  const auto ms = [](int64_t ns) { return std::round(static_cast<double>(ns) / 1e3) / 1e3; };
  return {{"p50", ms(quantile_ns(0.5))},
          {"p99", ms(quantile_ns(0.99))},
          {"p999", ms(quantile_ns(0.999))},
          {"max", ms(max_ns_)},
          {"count", count_}};
}

} // namespace machiai::bench
