#include "bench/workloads/measured.hpp"

#include "bench/kit/clock.hpp"
#include "bench/kit/process_usage.hpp"
#include "bench/workloads/crowd.hpp"

#include <algorithm>
#include <cmath>
#include <unistd.h>

namespace machiai::bench {

reading take_reading(const watched_processes& processes, const crowd& among, uint64_t events) {
  reading now;
  now.at_ns = now_ns();
  now.server_cpu_ns = cpu_ns_of(processes.server);
  now.database_cpu_ns = children_cpu_ns_of(processes.database);
  now.generator_cpu_ns = cpu_ns_of(::getpid());
  now.machine_cpu_ns = machine_cpu_ns();
  now.news = among.news();
  now.news_bytes = among.news_bytes();
  now.messages = among.messages();
  now.events = events;
  return now;
}

boost::json::object rates_between(const reading& from, const reading& to) {
  const auto rounded = [](double value) { return std::round(value * 1000) / 1000; };
  const auto length_ns = static_cast<double>(to.at_ns - from.at_ns);
  const auto per_second = [&](uint64_t count) { return std::round(static_cast<double>(count) / length_ns * 1e9); };
  const auto share = [&](int64_t cpu_ns) { return rounded(static_cast<double>(cpu_ns) / length_ns); };
  const auto us_per = [&](int64_t cpu_ns, uint64_t count) {
    return rounded(static_cast<double>(cpu_ns) / 1e3 / static_cast<double>(std::max<uint64_t>(count, 1)));
  };
  const auto server_ns = to.server_cpu_ns - from.server_cpu_ns;
  const auto database_ns = to.database_cpu_ns - from.database_cpu_ns;
  const auto generator_ns = to.generator_cpu_ns - from.generator_cpu_ns;
  const auto others_ns = to.machine_cpu_ns - from.machine_cpu_ns - server_ns - database_ns - generator_ns;
  const auto news = to.news - from.news;
  const auto events = to.events - from.events;
  return {{"measured_s", rounded(length_ns / 1e9)},
          {"events_per_s", per_second(events)},
          {"deliveries_per_s", per_second(news)},
          {"messages_per_s", per_second(to.messages - from.messages)},
          {"bytes_per_delivery", (to.news_bytes - from.news_bytes) / std::max<uint64_t>(news, 1)},
          {"server_cpu_us_per_delivery", us_per(server_ns, news)},
          {"server_cpu_us_per_event", us_per(server_ns, events)},
          {"database_cpu_us_per_delivery", us_per(database_ns, news)},
          {"server_busy", share(server_ns)},
          {"database_busy", share(database_ns)},
          {"generator_busy", share(generator_ns)},
          {"others_busy", share(std::max<int64_t>(others_ns, 0))}};
}

} // namespace machiai::bench
