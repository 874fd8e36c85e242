#pragma once

#include <algorithm>
#include <cstdint>

namespace machiai {

/// Lets `burst` events through at once and `per_second` in the long run. Pure: time is given, in monotonic
/// milliseconds.
class token_bucket {
public:
  /// Starts full.
  token_bucket(uint32_t burst, int64_t now_ms) : thousandths_(uint64_t{burst} * 1000), at_ms_(now_ms) {}

  /// Takes one token. False when there is none: the event is over the limit. A clock that goes back refills nothing.
  bool take(uint32_t per_second, uint32_t burst, int64_t now_ms) {
    if (now_ms > at_ms_) {
      const auto full = uint64_t{burst} * 1000;
      // Longer than a full refill makes no difference; the bound keeps the product small.
      const auto passed = static_cast<uint64_t>(std::min<int64_t>(now_ms - at_ms_, 1'000'000'000));
      thousandths_ = std::min(full, thousandths_ + passed * per_second);
      at_ms_ = now_ms;
    }
    if (thousandths_ < 1000)
      return false;
    thousandths_ -= 1000;
    return true;
  }

private:
  uint64_t thousandths_;
  int64_t at_ms_;
};

} // namespace machiai
