#include "commands/client/server_address.hpp"
#include "commands/command.hpp"
#include "commands/simulate/simulation.hpp"
#include "config/error.hpp"
#include "store/ids.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <random>

namespace machiai {

namespace {

struct simulate_options {
  std::string url;
  simulation_options play;
};

std::string run_name() {
  std::random_device random;
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string name;
  for (int i = 0; i < 6; ++i)
    name += letters[random() % letters.size()];
  return name;
}

int run(simulate_options& given) {
  auto server = parse_server_address(given.url);
  if (!server)
    return fail(exit_code::usage, "--url: " + message_of(server.error()));
  if (!given.play.into.empty() && !is_valid_id(given.play.into))
    return fail(exit_code::usage, "--into: must be 1 to 64 of [A-Za-z0-9._-]");
  given.play.server = std::move(*server);
  given.play.run = run_name();
  return simulate(given.play);
}

const registered_command registration{
    {90, "simulate", "Plays clinics' days against a running engine and judges all it shows; exits 1 on any difference",
     [](CLI::App& app) -> command_action {
       auto options = std::make_shared<simulate_options>();
       auto& play = options->play;
       play.seed = std::random_device{}();
       app.add_option("--url", options->url, "The engine: http://HOST:PORT, https://, ws:// or wss://")->required();
       app.add_option("--admin-token", play.operator_token, "A token of role operator")
           ->envname("MACHIAI_TOKEN")
           ->required();
       app.add_option("--into", play.into, "Play in this clinic instead of making some");
       app.add_option("--clinics", play.clinics, "Clinics to make")->capture_default_str()->check(CLI::Range(1, 1000));
       app.add_option("--rooms", play.rooms, "Visits at a time in each clinic")
           ->capture_default_str()
           ->check(CLI::Range(1, 1000));
       app.add_option("--rate", play.rate, "Visits begun per second over all clinics")
           ->capture_default_str()
           ->check(CLI::Range(0.01, 1000.0));
       app.add_option("--minutes", play.minutes, "How long visits are begun; a fraction will do")
           ->capture_default_str()
           ->check(CLI::Range(0.01, 1440.0));
       app.add_option("--seed", play.seed, "Of all choices; drawn and printed without one");
       return [options] { return run(*options); };
     }}};

} // namespace

} // namespace machiai
