#include "commands/client/server_address.hpp"
#include "commands/command.hpp"
#include "commands/watch/console.hpp"
#include "config/error.hpp"
#include "gateway/jwt.hpp"
#include "store/enum_words.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace machiai {

namespace {

struct watch_options {
  std::string url;
  std::string token;
  bool once = false;
};

int watch(const watch_options& given) {
  auto server = parse_server_address(given.url);
  if (!server)
    return fail(exit_code::usage, "--url: " + message_of(server.error()));
  // Only for a clearer word: whether the token is good says the engine. One it cannot read is its to refuse, too.
  const auto token = read_token(given.token);
  if (const auto* read = std::get_if<unverified_token>(&token))
    if (const auto its = read->claims.role; its != role::staff && its != role::doctor && its != role::system)
      return fail(exit_code::usage, "--token: a token of role " + std::string{word_of(its)} +
                                        " sees no board; watch needs one of role staff, doctor or system");
  console shown{{std::move(*server), given.token, given.once}};
  return shown.run();
}

const registered_command registration{
    {80, "watch", "A staff console in the terminal: the live board; one line per change when piped",
     [](CLI::App& app) -> command_action {
       auto options = std::make_shared<watch_options>();
       app.add_option("--url", options->url, "The engine: http://HOST:PORT, https://, ws:// or wss://")->required();
       app.add_option("--token", options->token, "A token of role staff, doctor or system")
           ->envname("MACHIAI_TOKEN")
           ->required();
       app.add_flag("--once", options->once, "Print the board once and end");
       return [options] { return watch(*options); };
     }}};

} // namespace

} // namespace machiai
