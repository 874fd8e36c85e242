#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

namespace {

using clock_reader = int (*)(clockid_t, timespec*);

constexpr int64_t ns_per_s = 1'000'000'000;
constexpr int64_t look_again_after_ns = ns_per_s / 10;

std::atomic<int64_t> system_offset_s = 0;
std::atomic<int64_t> boot_offset_s = 0;

/// MACHIAI_CLOCK_STEPS names a file with two numbers of seconds: what the system's clock is off, and what the time
/// since boot is more, by a suspension that CLOCK_MONOTONIC does not count.
void look(const char* path) {
  const auto file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return;
  char text[64] = {};
  const auto size = ::read(file, text, sizeof text - 1);
  ::close(file);
  if (size <= 0)
    return;
  char* rest = nullptr;
  system_offset_s = std::strtoll(text, &rest, 10);
  boot_offset_s = std::strtoll(rest, nullptr, 10);
}

void look_now_and_then(clock_reader real) {
  static const auto* const path = std::getenv("MACHIAI_CLOCK_STEPS");
  static std::atomic<int64_t> next_look_ns = 0;
  if (path == nullptr)
    return;
  timespec now{};
  real(CLOCK_MONOTONIC, &now);
  const auto now_ns = int64_t{now.tv_sec} * ns_per_s + now.tv_nsec;
  auto due = next_look_ns.load();
  if (now_ns >= due && next_look_ns.compare_exchange_strong(due, now_ns + look_again_after_ns))
    look(path);
}

} // namespace

/// The engine's and its libraries' only way to a clock.
extern "C" int clock_gettime(clockid_t which, timespec* out) noexcept {
  static const auto real = reinterpret_cast<clock_reader>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const auto result = real(which, out);
  if (result != 0 || (which != CLOCK_REALTIME && which != CLOCK_BOOTTIME))
    return result;
  look_now_and_then(real);
  out->tv_sec += which == CLOCK_REALTIME ? system_offset_s : boot_offset_s;
  return result;
}
