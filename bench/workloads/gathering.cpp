#include "bench/workloads/gathering.hpp"

#include "bench/kit/clock.hpp"
#include "bench/kit/process_usage.hpp"

#include <cmath>

namespace machiai::bench {

namespace {

constexpr int64_t settle_ns = 1'000'000'000;

} // namespace

gathering::gathering(event_loop& loop, dialect& speaks, const sockaddr_in& server, const gathering_wish& wish,
                     const watched_processes& processes)
    : loop_(loop), wish_(wish), processes_(processes), crowd_(loop, speaks, *this, server) {}

boost::json::object gathering::run() {
  const auto resident_before = resident_bytes_of(processes_.server);
  const auto before = take_reading(processes_, crowd_, 0);
  crowd_.gather(wish_.clinics, wish_.consoles_each, wish_.at_once);
  const auto gathered = take_reading(processes_, crowd_, 0);
  loop_.turn_for(settle_ns);
  const auto resident_gathered = resident_bytes_of(processes_.server);
  const auto quiet_from = take_reading(processes_, crowd_, 0);
  loop_.turn_for(from_seconds(wish_.seconds));
  const auto quiet_to = take_reading(processes_, crowd_, 0);

  const auto sessions = static_cast<double>(crowd_.sessions());
  const auto storm_ns = gathered.at_ns - before.at_ns;
  auto result = rates_between(quiet_from, quiet_to);
  result["latency_ms"] = crowd_.sign_in().in_ms();
  result["lost"] = 0;
  result["faults"] = crowd_.faults();
  result["sessions"] = crowd_.sessions();
  result["storm_s"] = std::round(static_cast<double>(storm_ns) / 1e6) / 1000;
  result["sign_ins_per_s"] = std::round(sessions / static_cast<double>(storm_ns) * 1e9);
  result["server_cpu_us_per_sign_in"] =
      std::round(static_cast<double>(gathered.server_cpu_ns - before.server_cpu_ns) / 1e3 / sessions);
  result["resident_mib"] = resident_gathered >> 20U;
  result["resident_bytes_per_session"] = (resident_gathered - resident_before) / static_cast<int64_t>(sessions);
  return result;
}

} // namespace machiai::bench
