#include "tests/support/failing_call.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace machiai::test {

namespace {

std::atomic<called> failing_sort = called::open;
/// Calls until one fails; below 1 none does.
std::atomic<int64_t> calls_left = 0;
std::atomic<bool> all_after_it = false;
std::atomic<bool> failed = false;

bool fails(called which) {
  if (which != failing_sort || calls_left < 1)
    return false;
  if (calls_left > 1) {
    --calls_left;
    return false;
  }
  failed = true;
  if (!all_after_it)
    calls_left = 0;
  return true;
}

sqlite3_vfs& system_vfs() {
  return *sqlite3_vfs_find(nullptr);
}

template <class F>
F* real_call(const char* name) {
  static auto* const real = reinterpret_cast<F*>(system_vfs().xGetSystemCall(&system_vfs(), name));
  return real;
}

using open_call = int(const char*, int, int);
using read_call = ssize_t(int, void*, size_t, off_t);
using write_call = ssize_t(int, const void*, size_t, off_t);
using truncate_call = int(int, off_t);
using map_call = void*(void*, size_t, int, int, int, off_t);

int open_or_fail(const char* path, int flags, int mode) {
  if (fails(called::open)) {
    errno = ENFILE;
    return -1;
  }
  return real_call<open_call>("open")(path, flags, mode);
}

ssize_t read_or_fail(int descriptor, void* data, size_t size, off_t offset) {
  if (fails(called::read)) {
    errno = EIO;
    return -1;
  }
  return real_call<read_call>("pread64")(descriptor, data, size, offset);
}

ssize_t write_or_fail(int descriptor, const void* data, size_t size, off_t offset) {
  if (fails(called::write)) {
    errno = all_after_it ? ENOSPC : EIO;
    return -1;
  }
  return real_call<write_call>("pwrite64")(descriptor, data, size, offset);
}

int truncate_or_fail(int descriptor, off_t size) {
  if (fails(called::truncate)) {
    errno = EIO;
    return -1;
  }
  return real_call<truncate_call>("ftruncate")(descriptor, size);
}

void* map_or_fail(void* wanted, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if (fails(called::map)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return real_call<map_call>("mmap")(wanted, size, protection, flags, descriptor, offset);
}

template <class F>
void replace(const char* name, F* with) {
  static_cast<void>(real_call<F>(name));
  system_vfs().xSetSystemCall(&system_vfs(), name, reinterpret_cast<sqlite3_syscall_ptr>(with));
}

sqlite3_mem_methods real_memory{};

void* allocate_or_fail(int size) {
  return fails(called::allocate) ? nullptr : real_memory.xMalloc(size);
}

void* grow_or_fail(void* memory, int size) {
  return fails(called::allocate) ? nullptr : real_memory.xRealloc(memory, size);
}

void set_memory(bool may_fail) {
  sqlite3_shutdown();
  if (may_fail)
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
  auto methods = real_memory;
  if (may_fail) {
    methods.xMalloc = allocate_or_fail;
    methods.xRealloc = grow_or_fail;
  }
  sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  sqlite3_initialize();
}

} // namespace

failing_call::failing_call(called which, int64_t nth, bool for_good) {
  failing_sort = which;
  if (which == called::allocate) {
    set_memory(true);
  } else {
    replace("open", open_or_fail);
    replace("pread64", read_or_fail);
    replace("pwrite64", write_or_fail);
    replace("ftruncate", truncate_or_fail);
    replace("mmap", map_or_fail);
  }
  failed = false;
  all_after_it = for_good;
  calls_left = nth;
}

failing_call::~failing_call() {
  heal();
  if (failing_sort == called::allocate)
    set_memory(false);
  else
    system_vfs().xSetSystemCall(&system_vfs(), nullptr, nullptr);
}

void failing_call::heal() {
  calls_left = 0;
}

bool failing_call::happened() {
  return failed;
}

} // namespace machiai::test

// libpq's ways to its server.

extern "C" ssize_t send(int descriptor, const void* data, size_t size, int flags) {
  if (machiai::test::fails(machiai::test::called::send)) {
    // It breaks for both sides; libpq tells of a failed send only when reading fails as well.
    shutdown(descriptor, SHUT_RDWR);
    errno = ECONNRESET;
    return -1;
  }
  return syscall(SYS_sendto, descriptor, data, size, flags, nullptr, 0);
}

extern "C" ssize_t recv(int descriptor, void* data, size_t size, int flags) {
  if (machiai::test::fails(machiai::test::called::receive)) {
    shutdown(descriptor, SHUT_RDWR);
    errno = ECONNRESET;
    return -1;
  }
  return syscall(SYS_recvfrom, descriptor, data, size, flags, nullptr, nullptr);
}
