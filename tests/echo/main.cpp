#include "config/load_settings.hpp"
#include "config/validate_settings.hpp"
#include "tests/echo/echo_host.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

/// `machiai-echo`: the gateway's transport alone, one I/O thread of it, which sends every message back. For tests of
/// the WebSocket protocol by other people's suites; no part of a release.

namespace {

using namespace machiai;

struct options {
  std::string listen = "127.0.0.1:0";
  std::string config;
  std::optional<uint32_t> message_bytes_max;
};

int fail(const caf::error& why) {
  std::cerr << "machiai-echo: " << message_of(why) << '\n';
  return 1;
}

io_shard_config config_of(const settings& given) {
  const auto& connection = given.connection;
  io_shard_config config;
  config.connection = connection;
  config.upgrades.allowed_origins = given.listen.allowed_origins;
  config.upgrades.subprotocol_required = false;
  config.limits =
      std::make_shared<connection_limits>(connection.connections_max, connection.connections_per_address_max);
  config.admin_limits =
      std::make_shared<connection_limits>(connection.admin_connections_max, connection.admin_connections_max);
  return config;
}

int serve(const options& asked) {
  auto given = load_settings(asked.config);
  if (!given)
    return fail(given.error());
  given->connection.message_bytes_max = asked.message_bytes_max.value_or(given->connection.message_bytes_max);
  if (const auto why = validate_settings(*given))
    return fail(why);
  echo_host host;
  transport_observer observer;
  io_shard shard(config_of(*given), host, observer);
  host.shard = &shard;
  boost::asio::signal_set ends(shard.context(), SIGTERM, SIGINT);
  ends.async_wait([&shard](const boost::system::error_code&, int) { shard.stop(); });
  const auto clients = shard.open(asked.listen, {});
  if (!clients)
    return fail(clients.error());
  const auto admin = shard.open("127.0.0.1:0", {listener_role::admin, nullptr, false});
  if (!admin)
    return fail(admin.error());
  std::cout << R"({"ready":true,"listen":")" << *clients << R"(","admin":")" << *admin << "\"}" << std::endl;
  shard.run();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("Sends every WebSocket message back, at /test/echo.", "machiai-echo");
  options asked;
  app.add_option("--listen", asked.listen, "Where to listen")->capture_default_str();
  app.add_option("--config", asked.config, "Settings file; MACHIAI_CONNECTION_… variables win, as with serve");
  app.add_option("--message-bytes-max", asked.message_bytes_max, "Longest message, instead of the setting");
  CLI11_PARSE(app, argc, argv);
  return serve(asked);
}
