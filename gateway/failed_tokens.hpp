#pragma once

#include "config/fixed_limits.hpp"
#include "gateway/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace machiai {

/// Who offers too many tokens that do not verify: per address a bucket of `connection.failed_tokens_per_minute`, and a
/// rest when it is empty. Bounded: when too many addresses are remembered, those that are neither at rest nor had a
/// failure within the minute are forgotten, and if that is not enough, all. Thread-safe.
class failed_tokens {
public:
  explicit failed_tokens(uint32_t per_minute) : per_minute_(per_minute) {}

  /// One more failure of this address.
  void count(const std::string& address, int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (by_address_.size() >= fixed::failing_addresses_max && !by_address_.contains(address))
      forget(now_ms);
    // A bucket counts in tokens a second; minutes are milliseconds divided by sixty.
    auto& known = by_address_.try_emplace(address, token_bucket{per_minute_, now_ms / 60}).first->second;
    known.last_ms = now_ms;
    if (!known.failures.take(per_minute_, per_minute_, now_ms / 60))
      known.blocked_until_ms = now_ms + fixed::failing_address_rest_ms;
  }

  /// True while tokens of this address are refused unseen.
  [[nodiscard]] bool is_blocked(const std::string& address, int64_t now_ms) const {
    const std::lock_guard lock(mutex_);
    const auto it = by_address_.find(address);
    return it != by_address_.end() && now_ms < it->second.blocked_until_ms;
  }

  [[nodiscard]] size_t addresses() const {
    const std::lock_guard lock(mutex_);
    return by_address_.size();
  }

private:
  struct record {
    explicit record(token_bucket full) : failures(full) {}

    token_bucket failures;
    int64_t last_ms = 0;
    int64_t blocked_until_ms = 0;
  };

  static constexpr int64_t minute_ms = 60'000;

  void forget(int64_t now_ms) {
    std::erase_if(by_address_, [now_ms](const auto& x) {
      return x.second.blocked_until_ms <= now_ms && x.second.last_ms + minute_ms <= now_ms;
    });
    if (by_address_.size() >= fixed::failing_addresses_max)
      by_address_.clear();
  }

  const uint32_t per_minute_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, record> by_address_;
};

} // namespace machiai
