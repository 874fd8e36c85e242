#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <sys/types.h>

namespace machiai::bench {

class crowd;

/// Whose CPU time and memory are read: the server, and the PostgreSQL server behind it (0: none).
struct watched_processes {
  pid_t server = 0;
  pid_t database = 0;
};

/// All counters at one moment; the difference of two is a measurement.
struct reading {
  int64_t at_ns = 0;
  int64_t server_cpu_ns = 0;
  int64_t database_cpu_ns = 0;
  int64_t generator_cpu_ns = 0;
  int64_t machine_cpu_ns = 0;
  uint64_t news = 0;
  uint64_t news_bytes = 0;
  uint64_t messages = 0;
  /// Changes that every console of their clinic has shown.
  uint64_t events = 0;
};

reading take_reading(const watched_processes& processes, const crowd& among, uint64_t events);

/// Rates and costs between two readings: `events_per_s`, `deliveries_per_s` (frames at consoles), `messages_per_s` (all
/// frames), `server_cpu_us_per_delivery`, `server_cpu_us_per_event`, `server_busy` (in cores) and so on; `others_busy`
/// is how much of the machine everybody else used or the hypervisor took, so how noisy it was.
boost::json::object rates_between(const reading& from, const reading& to);

} // namespace machiai::bench
