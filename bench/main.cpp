#include "bench/dialects/bare_dialect.hpp"
#include "bench/dialects/machiai_dialect.hpp"
#include "bench/dialects/mqtt_dialect.hpp"
#include "bench/kit/process_usage.hpp"
#include "bench/workloads/gathering.hpp"
#include "bench/workloads/loss.hpp"
#include "bench/workloads/presence.hpp"
#include "bench/workloads/restart.hpp"
#include "config/error.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <arpa/inet.h>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>

/// Loads a running server and prints what was measured as one line of JSON; bench/run.py starts both and is what
/// people use. Exit code 1 when the run is spoilt: something refused, lost or never delivered.
namespace machiai::bench {

namespace {

struct options {
  std::string server;
  std::string config;
  std::string store;
  std::string dialect = "machiai";
  std::string workload = "presence";
  size_t message_bytes = 300;
  uint32_t gather_at_once = 1000;
  uint32_t rooms_each = 1;
  bool is_prepared = false;
  presence_wish presence;
  watched_processes processes;
};

/// As many descriptors as may be had, and wake-ups to the microsecond instead of the usual 50.
void tune_process() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::prctl(PR_SET_TIMERSLACK, 1000UL);
}

sockaddr_in socket_address(const server_address& server) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::stoul(server.port)));
  if (::inet_pton(AF_INET, server.host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("the server's address must be an IPv4 address in numbers");
  return address;
}

template <class T>
T or_throw(caf::expected<T> value) {
  if (!value)
    throw std::runtime_error(message_of(value.error()));
  return std::move(*value);
}

std::unique_ptr<dialect> make_dialect(const options& given, const server_address& server) {
  if (given.dialect == "mqtt")
    return std::make_unique<mqtt_dialect>(given.message_bytes);
  if (given.dialect == "bare")
    return std::make_unique<bare_dialect>();
  auto mint = or_throw(token_mint::of_operator(given.config, given.store, milliseconds{6 * 3'600'000}));
  return std::make_unique<machiai_dialect>(server, std::move(mint));
}

template <class Workload, class Wish>
boost::json::object result_of(dialect& speaks, const server_address& server, const Wish& wish, const options& given) {
  event_loop loop;
  return std::make_unique<Workload>(loop, speaks, socket_address(server), wish, given.processes)->run();
}

boost::json::object drive(dialect& speaks, const server_address& server, const options& given) {
  const auto& wish = given.presence;
  const gathering_wish crowd{wish.clinics, wish.consoles_each, given.gather_at_once, wish.seconds};
  if (given.workload == "gathering")
    return result_of<gathering>(speaks, server, crowd, given);
  if (given.workload == "restart")
    return result_of<restart>(speaks, server, crowd, given);
  if (given.workload == "loss")
    return result_of<loss>(speaks, server, wish, given);
  return result_of<presence>(speaks, server, wish, given);
}

bool run(const options& given) {
  const auto server = or_throw(parse_server_address(given.server));
  const auto speaks = make_dialect(given, server);
  const auto resident_before = resident_bytes_of(given.processes.server);
  if (!given.is_prepared)
    speaks->prepare(given.presence.clinics, given.rooms_each);
  const auto resident_prepared = resident_bytes_of(given.processes.server);
  auto result = drive(*speaks, server, given);
  result["resident_bytes_per_clinic"] =
      (resident_prepared - resident_before) / static_cast<int64_t>(given.presence.clinics);
  std::printf("%s\n", boost::json::serialize(result).c_str());
  return result.at("lost").to_number<uint64_t>() == 0 && result.at("faults").to_number<uint64_t>() == 0;
}

} // namespace

} // namespace machiai::bench

int main(int argc, char** argv) {
  machiai::bench::options given;
  CLI::App app{"Loads a running server and prints one line of JSON"};
  app.add_option("--server", given.server, "http://ADDRESS:PORT")->required();
  app.add_option("--config", given.config, "The engine's settings file");
  app.add_option("--store", given.store, "The engine's store, beside which its operator's key is");
  app.add_option("--dialect", given.dialect)->check(CLI::IsMember({"machiai", "mqtt", "bare"}));
  app.add_option("--workload", given.workload)->check(CLI::IsMember({"presence", "loss", "gathering", "restart"}));
  app.add_option("--message-bytes", given.message_bytes, "Of a change over MQTT")->check(CLI::Range(8, 16'000));
  app.add_option("--at-once", given.gather_at_once, "Sign-ins under way at once while gathering");
  app.add_option("--rooms", given.rooms_each, "Appointments of each clinic")->check(CLI::Range(1, 1000));
  app.add_flag("--prepared", given.is_prepared, "The clinics are there from a former run");
  app.add_option("--clinics", given.presence.clinics)->check(CLI::Range(1, 100'000));
  app.add_option("--consoles", given.presence.consoles_each, "Consoles of each clinic")->check(CLI::Range(1, 100'000));
  app.add_option("--rate", given.presence.rate, "Changes per second; 0: as many as go");
  app.add_option("--window", given.presence.window, "Changes under way at once when the rate is 0");
  app.add_option("--warm-up", given.presence.warm_up_s, "Seconds before measuring");
  app.add_option("--events", given.presence.events_max, "Ends the measuring after so many changes; 0: never");
  app.add_option("--seconds", given.presence.seconds, "Seconds of measuring");
  app.add_option("--server-pid", given.processes.server, "Whose CPU time and memory to read");
  app.add_option("--database-pid", given.processes.database, "The PostgreSQL server behind it");
  CLI11_PARSE(app, argc, argv);
  try {
    machiai::bench::tune_process();
    return machiai::bench::run(given) ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "machiai-bench: %s\n", problem.what());
    return 1;
  }
}
