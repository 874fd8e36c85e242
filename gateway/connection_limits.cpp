#include "gateway/connection_limits.hpp"

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

constexpr std::size_t ipv4_bytes = 4;
constexpr std::size_t ipv6_bytes = 16;
constexpr std::size_t prefix_bytes = 8;
constexpr address_key ipv4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
constexpr std::size_t mapped_bytes = ipv6_bytes - ipv4_bytes;

} // namespace

connection_limits::slot& connection_limits::slot::operator=(slot&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::move(other.owner_);
    key_ = other.key_;
  }
  return *this;
}

void connection_limits::slot::release() {
  if (const auto owner = std::exchange(owner_, nullptr))
    owner->release(key_);
}

connection_limits::connection_limits(std::size_t connections_max, std::size_t per_address_max)
    : connections_max_(connections_max), per_address_max_(per_address_max) {}

std::optional<refusal> connection_limits::acquire(const std::shared_ptr<connection_limits>& self,
                                                  const address_key& key, slot& out) {
  {
    const std::lock_guard lock(self->mutex_);
    if (self->total_ >= self->connections_max_)
      return refusal::total_limit;
    const auto place = self->by_address_.find(key);
    if ((place == self->by_address_.end() ? 0 : place->second) >= self->per_address_max_)
      return refusal::address_limit;
    ++self->total_;
    ++self->by_address_[key];
  }
  out = slot(self, key);
  return std::nullopt;
}

std::size_t connection_limits::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

std::size_t connection_limits::of_address(const address_key& key) const {
  const std::lock_guard lock(mutex_);
  const auto place = by_address_.find(key);
  return place == by_address_.end() ? 0 : place->second;
}

void connection_limits::release(const address_key& key) {
  const std::lock_guard lock(mutex_);
  --total_;
  const auto place = by_address_.find(key);
  if (--place->second == 0)
    by_address_.erase(place);
}

address_key address_key_of(const uint8_t* bytes, std::size_t length) {
  if (length == ipv4_bytes) {
    auto key = ipv4_mapped;
    std::copy_n(bytes, ipv4_bytes, key.begin() + mapped_bytes);
    return key;
  }
  address_key key{};
  if (length != ipv6_bytes)
    return key;
  const bool is_mapped = std::equal(bytes, bytes + mapped_bytes, ipv4_mapped.begin());
  std::copy_n(bytes, is_mapped ? ipv6_bytes : prefix_bytes, key.begin());
  return key;
}

} // namespace machiai
