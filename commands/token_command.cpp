#include "commands/command.hpp"
#include "commands/duration.hpp"
#include "commands/page_link.hpp"
#include "config/fixed_limits.hpp"
#include "config/load_settings.hpp"
#include "config/wall_clock.hpp"
#include "gateway/display_name.hpp"
#include "gateway/jwt.hpp"
#include "gateway/operator_key.hpp"
#include "store/enum_words.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>

namespace machiai {

namespace {

struct token_options {
  std::string config;
  std::string store;
  std::string role;
  std::string clinic;
  std::string sub;
  std::string room;
  std::string name;
  std::string ttl = "1h";
  std::string link;
};

/// What is wrong with the options; nothing when all is well.
std::optional<std::string> complaint_about(const token_options& given) {
  const auto role = enum_of<machiai::role>(given.role);
  if (!role || *role == role::engine)
    return "--role: must be operator, system, staff, doctor, patient or guest";
  if (given.clinic.empty() && *role != role::operator_)
    return "--clinic: only an operator may go without one";
  if (!given.clinic.empty() && !is_valid_id(given.clinic))
    return "--clinic: must be 1 to 64 of [A-Za-z0-9._-]";
  if (!is_valid_id(given.sub))
    return "--sub: must be 1 to 64 of [A-Za-z0-9._-]";
  if (!given.room.empty() && !is_valid_id(given.room))
    return "--room: must be 1 to 64 of [A-Za-z0-9._-]";
  if (given.room.empty() && *role == role::guest)
    return "--room: a guest's token is for one room";
  if (!given.name.empty() && !read_display_name(given.name))
    return "--name: must be 1 to 100 characters without control characters";
  if (!given.link.empty() && !parse_server_address(given.link))
    return "--link: must be the engine's address such as https://clinic.example";
  if (!given.link.empty() && *role != role::staff && *role != role::doctor && *role != role::patient)
    return "--link: staff, doctors and patients have a page; a guest's link comes of the invitation";
  return std::nullopt;
}

int print_token(const token_options& given) {
  if (const auto complaint = complaint_about(given))
    return fail(exit_code::usage, *complaint);
  const auto config = load_settings(given.config);
  if (!config)
    return fail(exit_code::settings, config.error());
  const auto ttl_ms = parse_duration_ms(given.ttl);
  if (!ttl_ms || *ttl_ms < 1000 || *ttl_ms > config->token.lifetime_max_ms)
    return fail(exit_code::usage, "--ttl: must be like 90s, 15m, 1h or 7d, at most token.lifetime_max_ms (" +
                                      std::to_string(config->token.lifetime_max_ms) + " ms)");
  const auto& store = given.store.empty() ? config->store.url : given.store;
  const auto file =
      config->token.operator_key_file.empty() ? default_operator_key_file(store) : config->token.operator_key_file;
  // Never made here: with a mistaken path that would give a fine token that no engine accepts.
  const auto key = load_operator_key(file);
  if (!key)
    return fail(exit_code::settings, key.error());
  const timestamp now{system_wall_clock().now_ms()};
  token_claims claims;
  claims.role = *enum_of<machiai::role>(given.role);
  claims.clinic = clinic_id{given.clinic};
  claims.person = person_id{given.sub};
  if (!given.room.empty())
    claims.room = room_id{given.room};
  if (!given.name.empty())
    claims.display_name = given.name;
  claims.issued_at = now;
  claims.expires_at = now + milliseconds{*ttl_ms};
  const auto token = mint_token(claims, key->signing);
  if (!token)
    return fail(exit_code::internal, token.error());
  if (token->size() > fixed::token_bytes_max)
    return fail(exit_code::usage, "the token would be larger than 4 KiB");
  const auto link = given.link.empty()
                        ? std::nullopt
                        : page_link(*parse_server_address(given.link), claims.role, claims.clinic, *token);
  std::cout << link.value_or(*token) << std::endl;
  return static_cast<int>(exit_code::ok);
}

const registered_command registration{
    {30, "token", "Prints a token signed with the operator's key", [](CLI::App& app) -> command_action {
       auto options = std::make_shared<token_options>();
       app.add_option("--config", options->config, "Settings file of the engine");
       app.add_option("--store", options->store, "Store URL, when it was given to serve instead of the settings");
       app.add_option("--role", options->role, "operator, system, staff, doctor, patient or guest")->required();
       app.add_option("--clinic", options->clinic, "Clinic id; only an operator may go without");
       app.add_option("--sub", options->sub, "Person id")->required();
       app.add_option("--room", options->room, "The only room the token is good for");
       app.add_option("--name", options->name, "What others see");
       app.add_option("--ttl", options->ttl, "How long it is valid: 90s, 15m, 1h, 7d")->capture_default_str();
       app.add_option("--link", options->link,
                      "Print the link of the page instead, at this address of the engine: https://HOST");
       return [options] { return print_token(*options); };
     }}};

} // namespace

} // namespace machiai
