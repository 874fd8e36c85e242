#pragma once

#include "commands/exit_code.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// How a subcommand joins the program: its source defines one `registered_command` and nothing else needs to know.
///
///     const registered_command registration{{20, "token", "Prints a token", [](CLI::App& app) -> command_action {
///       auto options = std::make_shared<token_options>();
///       app.add_option("--sub", options->sub, "…")->required();
///       return [options] { return print_token(*options); };
///     }}};
namespace machiai {

/// Runs a command whose options are parsed; returns the exit status.
using command_action = std::function<int()>;

struct command {
  /// Its place in `--help`.
  int order;
  std::string name;
  std::string summary;
  /// Adds the options to the subcommand's `app`. Both `app` and what the action keeps live until it has run.
  std::function<command_action(CLI::App& app)> set_up;
};

/// Adds a command to the program; for objects of static storage in the commands' sources.
class registered_command {
public:
  explicit registered_command(command added);
};

/// All registered commands in their order.
std::vector<command> all_commands();

/// The whole program: parses the arguments (without the program's name) and runs one command. Never throws.
int run_program(std::vector<std::string> arguments);

} // namespace machiai
