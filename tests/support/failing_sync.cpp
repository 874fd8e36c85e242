#include "tests/support/failing_sync.hpp"

#include <atomic>
#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int64_t> syncs_left = -1;

} // namespace

extern "C" int fdatasync(int descriptor) {
  if (syncs_left >= 0 && syncs_left-- == 1) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

namespace machiai::test {

failing_sync::failing_sync(int64_t nth) {
  syncs_left = nth;
}

failing_sync::~failing_sync() {
  syncs_left = -1;
}

bool failing_sync::happened() {
  return syncs_left <= 0;
}

} // namespace machiai::test
