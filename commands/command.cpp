#include "commands/command.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>

namespace machiai {

namespace {

constexpr const char* program_version = "0.1.0";

/// A function's static, so that it is there whichever source is initialised first.
std::vector<command>& registry() {
  static std::vector<command> commands;
  return commands;
}

int parse_and_run(std::vector<std::string> arguments) {
  CLI::App app{"Machiai: real-time presence and notification for online clinics", "machiai"};
  app.footer(std::string{exit_code_help});
  app.require_subcommand(1);
  app.set_version_flag("--version", program_version);
  command_action chosen;
  for (const auto& entry : all_commands()) {
    auto* subcommand = app.add_subcommand(entry.name, entry.summary);
    subcommand->footer(std::string{exit_code_help});
    auto action = entry.set_up(*subcommand);
    subcommand->callback([action = std::move(action), &chosen] { chosen = action; });
  }
  const auto is_first = [&arguments](const command& entry) { return entry.name == arguments[0]; };
  if (!arguments.empty() && !arguments[0].starts_with('-') && std::ranges::none_of(all_commands(), is_first))
    return fail(exit_code::usage, "there is no command " + arguments[0] + "; see machiai --help");
  // CLI11 takes them off the back.
  std::ranges::reverse(arguments);
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const auto status = app.exit(error);
    return status == 0 ? static_cast<int>(exit_code::ok) : static_cast<int>(exit_code::usage);
  }
  return chosen();
}

} // namespace

registered_command::registered_command(command added) {
  registry().push_back(std::move(added));
}

std::vector<command> all_commands() {
  auto commands = registry();
  std::ranges::sort(commands, {}, [](const command& entry) { return std::pair{entry.order, entry.name}; });
  return commands;
}

int run_program(std::vector<std::string> arguments) {
  try {
    return parse_and_run(std::move(arguments));
  } catch (const std::exception& error) {
    return fail(exit_code::internal, std::string{"internal error: "} + error.what());
  }
}

} // namespace machiai
