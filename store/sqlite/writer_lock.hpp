#pragma once

#include <caf/expected.hpp>

#include <string>
#include <utility>

namespace machiai {

/// Keeps a second engine off a store file: `flock` on a file beside it, held until this object or the process ends.
class writer_lock {
public:
  /// `ec::stale_epoch` naming the holder's process when the lock is taken, `ec::store_unavailable` when the file cannot
  /// be made.
  static caf::expected<writer_lock> take(const std::string& path);

  writer_lock() = default;
  writer_lock(writer_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  writer_lock& operator=(writer_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~writer_lock();

private:
  int descriptor_ = -1;
};

} // namespace machiai
