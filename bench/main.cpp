#include "bench/dialects/machiai_dialect.hpp"
#include "bench/workloads/presence.hpp"
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

bool run(const options& given) {
  const auto server = or_throw(parse_server_address(given.server));
  auto mint = or_throw(token_mint::of_operator(given.config, given.store, milliseconds{6 * 3'600'000}));
  const auto speaks = std::make_unique<machiai_dialect>(server, std::move(mint));
  speaks->prepare(given.presence.clinics);
  event_loop loop;
  const auto load = std::make_unique<presence>(loop, *speaks, socket_address(server), given.presence, given.processes);
  const auto result = load->run();
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
  app.add_option("--clinics", given.presence.clinics)->check(CLI::Range(1, 100'000));
  app.add_option("--consoles", given.presence.consoles_each, "Consoles of each clinic")->check(CLI::Range(1, 100'000));
  app.add_option("--rate", given.presence.rate, "Changes per second; 0: as many as go");
  app.add_option("--window", given.presence.window, "Changes under way at once when the rate is 0");
  app.add_option("--warm-up", given.presence.warm_up_s, "Seconds before measuring");
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
