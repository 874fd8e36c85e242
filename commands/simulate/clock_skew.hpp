#pragma once

#include <cstdint>
#include <optional>

namespace machiai {

/// What can be known about the engine's clock from outside: an event's time lies between the moments at which its
/// command was sent and answered. Each command narrows the interval in which the difference of the clocks must lie; one
/// that contradicts the others has a wrong time. Milliseconds; clocks may drift apart by 1 %.
class clock_skew {
public:
  /// Takes an event's time and the command's on our clock. False when it contradicts what was known; then it is not
  /// taken.
  bool take(int64_t event_at_ms, int64_t sent_ms, int64_t answered_ms);

  /// The earliest and latest engine time that our `local_ms` can mean; nothing before the first command.
  std::optional<int64_t> earliest(int64_t local_ms) const;
  std::optional<int64_t> latest(int64_t local_ms) const;

private:
  struct bounds {
    int64_t least_ms = 0;
    int64_t most_ms = 0;
    int64_t as_of_ms = 0;
  };
  bounds widened(int64_t local_ms) const;

  std::optional<bounds> known_;
};

} // namespace machiai
