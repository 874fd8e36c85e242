#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace machiai::test {

/// All chance of one simulation, from its seed: the same seed gives the same run on every machine.
class dice {
public:
  explicit dice(uint64_t seed) : engine_(seed) {}

  /// One of 0 … `count` - 1.
  size_t below(size_t count) { return static_cast<size_t>(engine_() % count); }
  /// One of `low` … `high`.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<size_t>(high - low) + 1));
  }
  /// True in `per_mille` of 1000 cases.
  bool chance(size_t per_mille) { return below(1000) < per_mille; }
  template <class List>
  auto& pick(List& list) {
    return list[below(list.size())];
  }

private:
  std::mt19937_64 engine_;
};

} // namespace machiai::test
