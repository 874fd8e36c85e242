#include "tests/support/small_disk.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int64_t> room_left = INT64_MAX;

} // namespace

extern "C" ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  const auto fits = std::min<int64_t>(room_left, static_cast<int64_t>(size));
  if (fits <= 0 && size > 0) {
    errno = ENOSPC;
    return -1;
  }
  const auto written = syscall(SYS_pwrite64, descriptor, data, fits, offset);
  if (written > 0 && room_left != INT64_MAX)
    room_left -= written;
  return written;
}

namespace machiai::test {

namespace {

void set_limit(rlim_t bytes) {
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace

limit_file_size::limit_file_size(size_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  set_limit(bytes);
}

void limit_file_size::lift() {
  set_limit(RLIM_INFINITY);
}

small_disk::small_disk(size_t bytes) {
  room_left = static_cast<int64_t>(bytes);
}

void small_disk::make_room() {
  room_left = INT64_MAX;
}

} // namespace machiai::test
