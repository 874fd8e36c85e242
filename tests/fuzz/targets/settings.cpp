#include "config/error.hpp"
#include "config/load_settings.hpp"
#include "config/settings_table.hpp"
#include "config/validate_settings.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/utf8.hpp"

#include <algorithm>

namespace machiai::fuzz {

namespace {

environment_variables variables_in(std::string_view text) {
  environment_variables result;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && line.starts_with("MACHIAI_"))
      result[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string as_file(const machiai::settings& given) {
  std::string text;
  std::string_view section;
  for (const auto& row : settings_table()) {
    if (row.section != section)
      text.append("[").append(row.section).append("]\n");
    section = row.section;
    text.append(row.key).append(" = ").append(setting_value(row, given)).append("\n");
  }
  return text;
}

} // namespace

void settings(std::string_view input) {
  const auto end = std::min(input.find('\0'), input.size());
  const auto variables = variables_in(input.substr(std::min(end + 1, input.size())));
  const auto result = parse_settings(input.substr(0, end), "fuzz.toml", variables);
  if (!result) {
    const auto message = message_of(result.error());
    invariant(code_of(result.error()) == ec::bad_setting, "another error than bad_setting");
    return invariant(message.starts_with("fuzz.toml") || message.starts_with("MACHIAI_") ||
                         message.starts_with("default"),
                     "an error that does not say where");
  }
  invariant(!validate_settings(*result), "settings that pass once and not again");
  const auto text = as_file(*result);
  // An environment variable may name a file in any bytes, a TOML text may not.
  if (!is_utf8(text))
    return;
  const auto again = parse_settings(text, "fuzz.toml", {});
  invariant(again.engaged(), "settings that are refused when they are written as a file");
  invariant(as_file(*again) == text, "settings that come back as others");
}

} // namespace machiai::fuzz
