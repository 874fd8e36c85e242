#pragma once

#include "gateway/transport_observer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace machiai {

/// The part of a peer's address that is counted: an IPv4 address (mapped) whole, of an IPv6 address the /64 prefix,
/// because one subscriber usually owns all of it.
using address_key = std::array<uint8_t, 16>;

/// How many connections the process and each address have. Thread-safe; touched only when a connection begins and ends.
class connection_limits {
public:
  /// One counted connection; gives its place back when destroyed.
  class slot {
  public:
    slot() = default;
    slot(std::shared_ptr<connection_limits> owner, const address_key& key) : owner_(std::move(owner)), key_(key) {}
    slot(slot&& other) noexcept = default;
    slot& operator=(slot&& other) noexcept;
    ~slot() { release(); }

    /// Gives the place back before the end.
    void release();

  private:
    std::shared_ptr<connection_limits> owner_;
    address_key key_{};
  };

  connection_limits(std::size_t connections_max, std::size_t per_address_max);

  /// Counts one more connection for `key`, or says which limit forbids it. `self` is this object.
  static std::optional<refusal> acquire(const std::shared_ptr<connection_limits>& self, const address_key& key,
                                        slot& out);

  /// Connections now, and those of one address.
  std::size_t total() const;
  std::size_t of_address(const address_key& key) const;

private:
  void release(const address_key& key);

  const std::size_t connections_max_;
  const std::size_t per_address_max_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<address_key, uint32_t> by_address_;
};

/// The key of a peer: 4 bytes of IPv4 or 16 of IPv6.
address_key address_key_of(const uint8_t* bytes, std::size_t length);

} // namespace machiai
