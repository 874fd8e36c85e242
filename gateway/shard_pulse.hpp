#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace machiai {

/// When each shard's loop last turned, in monotonic milliseconds. Each shard beats its own; any thread may ask.
class shard_pulse {
public:
  shard_pulse(size_t shards, int64_t now_ms) : beats_ms_(shards) {
    for (auto& x : beats_ms_)
      x = now_ms;
  }

  void beat(size_t shard, int64_t now_ms) { beats_ms_[shard] = now_ms; }

  /// How long ago the beat of the shard that is most behind was.
  [[nodiscard]] int64_t longest_silence_ms(int64_t now_ms) const {
    auto oldest = now_ms;
    for (const auto& x : beats_ms_)
      oldest = std::min(oldest, x.load());
    return now_ms - oldest;
  }

private:
  std::vector<std::atomic<int64_t>> beats_ms_;
};

} // namespace machiai
