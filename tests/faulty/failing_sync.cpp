#include <cerrno>
#include <cstdlib>
#include <sys/syscall.h>
#include <unistd.h>

/// As long as the file named by MACHIAI_FAILING_SYNC exists, nothing can be made durable.
extern "C" int fdatasync(int descriptor) {
  static const auto* const sign = std::getenv("MACHIAI_FAILING_SYNC");
  if (sign != nullptr && ::access(sign, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}
