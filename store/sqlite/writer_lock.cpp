#include "store/sqlite/writer_lock.hpp"

#include "config/error.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace machiai {

namespace {

std::string holder_of(int descriptor) {
  std::array<char, 32> text{};
  const auto length = ::pread(descriptor, text.data(), text.size(), 0);
  return length > 0 ? " (process " + std::string(text.data(), static_cast<size_t>(length)) + ")" : "";
}

} // namespace

caf::expected<writer_lock> writer_lock::take(const std::string& path) {
  writer_lock lock;
  lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.descriptor_ < 0)
    return make_error(ec::store_unavailable, path + ": " + std::generic_category().message(errno));
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0)
    return make_error(ec::stale_epoch, path + ": another engine writes to this store" + holder_of(lock.descriptor_));
  const auto process = std::to_string(::getpid());
  // Only for the message above: without it the lock holds just as well.
  if (::ftruncate(lock.descriptor_, 0) == 0 && ::pwrite(lock.descriptor_, process.data(), process.size(), 0) < 0)
    errno = 0;
  return lock;
}

writer_lock::~writer_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

} // namespace machiai
