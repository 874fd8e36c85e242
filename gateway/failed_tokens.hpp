#pragma once

#include "gateway/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace machiai {

/// Who offers too many tokens that do not verify: per address a bucket of `token.failed_tokens_per_minute`. Bounded:
/// when too many addresses are remembered, those whose bucket is full again are forgotten.
class failed_tokens {
public:
  explicit failed_tokens(uint32_t per_minute) : per_minute_(per_minute) {}

  /// One more failure of this address.
  void count(const std::string& address, int64_t now_ms) {
    if (by_address_.size() >= addresses_max)
      by_address_.clear();
    // A bucket counts in tokens a second; minutes are milliseconds divided by sixty.
    auto& known = by_address_.try_emplace(address, token_bucket{per_minute_, now_ms / 60}).first->second;
    if (!known.take(per_minute_, per_minute_, now_ms / 60))
      blocked_until_[address] = now_ms + block_ms;
  }

  /// True while tokens of this address are refused unseen.
  [[nodiscard]] bool is_blocked(const std::string& address, int64_t now_ms) {
    const auto it = blocked_until_.find(address);
    if (it == blocked_until_.end())
      return false;
    if (now_ms < it->second)
      return true;
    blocked_until_.erase(it);
    return false;
  }

  static constexpr size_t addresses_max = 4096;
  static constexpr int64_t block_ms = 10'000;

private:
  uint32_t per_minute_;
  std::unordered_map<std::string, token_bucket> by_address_;
  std::unordered_map<std::string, int64_t> blocked_until_;
};

} // namespace machiai
