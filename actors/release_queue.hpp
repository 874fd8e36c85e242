#pragma once

#include "actors/call_messages.hpp"
#include "actors/shard_messages.hpp"

#include <cstdint>
#include <deque>
#include <utility>
#include <variant>
#include <vector>

namespace machiai {

/// Tells the shards of one engine apart.
using shard_key = std::pair<uint64_t, uint32_t>;

/// What leaves the clinic, held back until the log has everything it speaks of (DESIGN rule 1). First in, first out;
/// pure.
class release_queue {
public:
  using message = std::variant<feed, feed_opened, subscribed, answered, expelled, person_rebuilt, call_told,
                               call_forgotten, session_replaced>;

  struct held {
    uint64_t ticket = 0;
    /// The one shard it is for, or all that have the stream open.
    std::optional<shard_key> to;
    message what;
  };

  void hold(uint64_t ticket, std::optional<shard_key> to, message what) {
    held_.push_back({ticket, to, std::move(what)});
  }

  /// Everything that speaks of nothing beyond `ticket`, in order.
  std::vector<held> release(uint64_t ticket) {
    std::vector<held> result;
    while (!held_.empty() && held_.front().ticket <= ticket) {
      result.push_back(std::move(held_.front()));
      held_.pop_front();
    }
    return result;
  }

  [[nodiscard]] bool empty() const { return held_.empty(); }

private:
  std::deque<held> held_;
};

} // namespace machiai
