#pragma once

#include "actors/shard_messages.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace machiai {

/// The newest frames of a clinic, for sessions that come back. Bounded by number and by bytes; pure.
class frame_ring {
public:
  frame_ring(size_t frames_max, size_t bytes_max) : frames_max_(frames_max), bytes_max_(bytes_max) {}

  /// Frames come in order of their positions.
  void push(const frame& x);

  /// From `since` on every frame of `which` was pushed here.
  void begin(const topic& which, uint64_t since) { begun_.try_emplace(which, since); }

  /// Frames of `which` come no more.
  void end(const topic& which) { begun_.erase(which); }

  /// The frames of `which` after `seq`, or nothing when some of them are gone or never were here.
  [[nodiscard]] std::optional<std::vector<std::string>> since(const topic& which, uint64_t seq) const;

  [[nodiscard]] size_t bytes() const { return bytes_; }

private:
  size_t frames_max_;
  size_t bytes_max_;
  size_t bytes_ = 0;
  std::deque<frame> frames_;
  /// All positions up to this one may be incomplete.
  uint64_t dropped_up_to_ = 0;
  std::map<topic, uint64_t> begun_;
};

} // namespace machiai
