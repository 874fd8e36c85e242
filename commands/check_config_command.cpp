#include "commands/command.hpp"
#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "config/load_settings.hpp"
#include "config/settings_table.hpp"
#include "gateway/ice_servers.hpp"
#include "gateway/operator_key.hpp"
#include "gateway/page_files.hpp"
#include "gateway/tls_context.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>

namespace machiai {

namespace {

std::string range_of(const setting_row& row) {
  const auto* number = std::get_if<number_member>(&row.member);
  if (!number)
    return "";
  return std::to_string(row.minimum) + ".." + std::to_string(row.maximum);
}

/// A DSN may hold a password; the table is pasted into tickets.
std::string shown_value(const setting_row& row, const settings& given) {
  auto value = setting_value(row, given);
  const auto scheme = value.find("://");
  const auto at = value.rfind('@');
  if (setting_name(row) == "store.url" && scheme != std::string::npos && at != std::string::npos && at > scheme)
    value.replace(scheme + 3, at - scheme - 3, "…");
  return value;
}

/// Columns by characters, not bytes: `…` is three.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

void print_padded(const std::string& text, size_t width) {
  std::cout << text << std::string(width - std::min(width, width_of(text)) + 2, ' ');
}

constexpr size_t unit_width = 5;

void print_fixed_limits() {
  size_t name_width = 0;
  for (const auto& row : fixed_limits_table())
    name_width = std::max(name_width, row.name.size());
  std::cout << "\nLimits that no setting changes\n";
  for (const auto& row : fixed_limits_table()) {
    std::cout << "  ";
    print_padded(std::string{row.name}, name_width);
    print_padded(std::to_string(row.value), 5);
    print_padded(std::string{row.unit}, unit_width);
    std::cout << row.meaning << '\n';
  }
}

void print_table(const settings& given) {
  constexpr size_t range_width = 16;
  size_t name_width = 0;
  size_t value_width = 0;
  for (const auto& row : settings_table()) {
    name_width = std::max(name_width, row.key.size());
    value_width = std::max(value_width, width_of(shown_value(row, given)));
  }
  value_width = std::min<size_t>(value_width, 32);
  std::string_view section;
  for (const auto& row : settings_table()) {
    if (row.section != section)
      std::cout << (section.empty() ? "" : "\n") << '[' << row.section << "]\n";
    section = row.section;
    std::cout << "  ";
    print_padded(std::string{row.key}, name_width);
    print_padded(shown_value(row, given), value_width);
    print_padded(std::string{row.unit}, unit_width);
    print_padded(range_of(row), range_width);
    std::cout << row.description << '\n';
  }
}

/// Reads the files that settings name as the engine will; the operator's key may be missing, because it is made then.
caf::error check_files(const settings& given) {
  if (const auto ice = ice_servers::load(given.call); !ice)
    return ice.error();
  if (!given.listen.tls_certificate.empty())
    if (const auto tls = tls_context::load(given.listen.tls_certificate, given.listen.tls_key); !tls)
      return tls.error();
  if (const auto pages = page_files::load(given); !pages)
    return pages.error();
  const auto file = given.token.operator_key_file.empty() ? default_operator_key_file(given.store.url)
                                                          : given.token.operator_key_file;
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown) && !unknown)
    return {};
  const auto key = load_operator_key(file);
  return key ? caf::error{} : make_error(ec::bad_setting, "token.operator_key_file: " + message_of(key.error()));
}

int check_config(const std::string& file) {
  const auto given = load_settings(file);
  if (!given)
    return fail(exit_code::settings, given.error());
  if (const auto problem = check_files(*given))
    return fail(exit_code::settings, problem);
  print_table(*given);
  print_fixed_limits();
  std::cout << '\n' << (file.empty() ? "the defaults" : file) << ": ok" << std::endl;
  return static_cast<int>(exit_code::ok);
}

const registered_command registration{
    {20, "check-config", "Checks a settings file and explains every setting: value, unit, range, meaning",
     [](CLI::App& app) -> command_action {
       auto file = std::make_shared<std::string>();
       app.add_option(
           "FILE", *file,
           "TOML file, paths in it relative to the working directory; without one the defaults and MACHIAI_… "
           "variables are shown");
       return [file] { return check_config(*file); };
     }}};

} // namespace

} // namespace machiai
