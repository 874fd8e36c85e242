#include "bench/kit/process_usage.hpp"

#include <array>
#include <ctime>
#include <fstream>
#include <string>
#include <unistd.h>

namespace machiai::bench {

int64_t cpu_ns_of(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (process <= 0 || ::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return 0;
  return int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

int64_t children_cpu_ns_of(pid_t process) {
  if (process <= 0)
    return 0;
  const auto number = std::to_string(process);
  std::ifstream children("/proc/" + number + "/task/" + number + "/children");
  int64_t sum = 0;
  for (pid_t child = 0; children >> child;)
    sum += cpu_ns_of(child);
  return sum;
}

int64_t resident_bytes_of(pid_t process) {
  std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
  int64_t all_pages = 0;
  int64_t resident_pages = 0;
  return statm >> all_pages >> resident_pages ? resident_pages * ::sysconf(_SC_PAGESIZE) : 0;
}

int64_t machine_cpu_ns() {
  std::ifstream stat("/proc/stat");
  std::string name;
  // user, nice, system, idle, iowait, irq, softirq, steal
  std::array<int64_t, 8> ticks{};
  stat >> name;
  for (auto& x : ticks)
    stat >> x;
  const auto busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7];
  return busy * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
}

} // namespace machiai::bench
