#include "config/load_settings.hpp"

#include "config/error.hpp"
#include "config/settings_table.hpp"
#include "config/validate_settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace machiai {

namespace {

constexpr std::string_view variable_prefix = "MACHIAI_";

const setting_row* find_row(std::string_view section, std::string_view key) {
  const auto table = settings_table();
  const auto found = std::ranges::find_if(
      table, [section, key](const setting_row& row) { return row.section == section && row.key == key; });
  return found == table.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(settings_table(), [name](const setting_row& row) { return row.section == name; });
}

std::string_view kind_of(const toml::node& node) {
  if (node.is_string())
    return "a text";
  if (node.is_integer())
    return "a whole number";
  if (node.is_floating_point())
    return "a number with decimals";
  if (node.is_boolean())
    return "true or false";
  if (node.is_array())
    return "a list";
  return node.is_table() ? "a table" : "a date or time";
}

class settings_reader {
public:
  settings_reader(std::string_view file, const environment_variables& variables) : file_(file), variables_(variables) {}

  caf::expected<settings> run(std::string_view text) {
    try {
      read_document(toml::parse(text, file_));
    } catch (const toml::parse_error& error) {
      fail(where(error.source()) + ": " + std::string{error.description()});
    }
    read_variables();
    if (first_)
      return make_error(ec::bad_setting, *first_);
    if (auto error = validate_settings(result_, origins_))
      return error;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
      if (auto error = fit_connections(result_, origins_, limit.rlim_max))
        return error;
    return result_;
  }

private:
  void fail(std::string message) {
    if (!first_)
      first_ = std::move(message);
  }

  std::string where(const toml::source_region& region) const { return file_ + ':' + std::to_string(region.begin.line); }

  void read_document(const toml::table& document) {
    for (const auto& [section, node] : document) {
      const auto place = where(node.source());
      if (!is_section(section.str()))
        return fail(place + ": " + std::string{section.str()} + ": there is no such section");
      if (!node.is_table())
        return fail(place + ": " + std::string{section.str()} + ": must be a section, [" + std::string{section.str()} +
                    "]");
      for (const auto& [key, value] : *node.as_table())
        read_value(section.str(), key.str(), value);
    }
  }

  void read_value(std::string_view section, std::string_view key, const toml::node& value) {
    const auto place = where(value.source());
    const auto* row = find_row(section, key);
    const auto name = std::string{section} + '.' + std::string{key};
    if (!row)
      return fail(place + ": " + name + ": there is no such setting");
    origins_[name] = place;
    if (const auto* number = std::get_if<number_member>(&row->member)) {
      if (!value.is_integer())
        return fail(place + ": " + name + ": is " + std::string{kind_of(value)} + ", must be a whole number");
      set_number(*row, (*number)(result_), value.as_integer()->get(), place);
    } else if (const auto* text = std::get_if<text_member>(&row->member)) {
      if (!value.is_string())
        return fail(place + ": " + name + ": is " + std::string{kind_of(value)} + ", must be a text in quotes");
      (*text)(result_) = value.as_string()->get();
    } else {
      read_list(name, std::get<list_member>(row->member)(result_), value, place);
    }
  }

  void read_list(const std::string& name, std::vector<std::string>& into, const toml::node& value,
                 const std::string& place) {
    const auto* items = value.as_array();
    if (!items || !std::ranges::all_of(*items, [](const toml::node& item) { return item.is_string(); }))
      return fail(place + ": " + name + ": must be a list of texts, [\"…\", \"…\"]");
    into.clear();
    for (const auto& item : *items)
      into.push_back(item.as_string()->get());
  }

  /// Numbers too large for the member are refused here; the table's range is checked later, with all the others.
  void set_number(const setting_row& row, uint32_t& into, int64_t value, const std::string& place) {
    if (value < row.minimum)
      return fail(place + ": " + setting_name(row) + ": " + std::to_string(value) + " is below its minimum " +
                  std::to_string(row.minimum));
    if (value > row.maximum)
      return fail(place + ": " + setting_name(row) + ": " + std::to_string(value) + " is above its maximum " +
                  std::to_string(row.maximum));
    into = static_cast<uint32_t>(value);
  }

  void read_variables() {
    for (const auto& entry : variables_) {
      const auto& variable = entry.first;
      const auto table = settings_table();
      const auto row = std::ranges::find_if(
          table, [&variable](const setting_row& candidate) { return setting_variable(candidate) == variable; });
      if (row != table.end())
        read_variable(*row, variable, entry.second);
      else if (names_section(variable))
        fail(variable + ": there is no such setting");
    }
  }

  /// Other programs' variables may begin with our prefix too; one that goes on with a section's name is meant for us.
  static bool names_section(std::string_view variable) {
    const auto rest = variable.substr(std::min(variable_prefix.size(), variable.size()));
    std::string section{rest.substr(0, rest.find('_'))};
    std::ranges::transform(section, section.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return rest.find('_') != std::string_view::npos && is_section(section);
  }

  void read_variable(const setting_row& row, const std::string& variable, const std::string& value) {
    origins_[setting_name(row)] = variable;
    if (const auto* number = std::get_if<number_member>(&row.member)) {
      int64_t parsed = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
      if (error != std::errc{} || end != value.data() + value.size())
        return fail(variable + ": " + setting_name(row) + ": \"" + value + "\" is not a whole number");
      set_number(row, (*number)(result_), parsed, variable);
    } else if (const auto* text = std::get_if<text_member>(&row.member)) {
      (*text)(result_) = value;
    } else {
      auto& items = std::get<list_member>(row.member)(result_);
      items.clear();
      std::istringstream stream{value};
      for (std::string item; std::getline(stream, item, ',');)
        items.push_back(item);
    }
  }

  std::string file_;
  const environment_variables& variables_;
  settings result_;
  setting_origins origins_;
  std::optional<std::string> first_;
};

} // namespace

environment_variables machiai_environment() {
  environment_variables result;
  for (char** entry = ::environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (text.starts_with(variable_prefix) && equals != std::string_view::npos)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

caf::expected<settings> load_settings(const std::string& path, const environment_variables& variables) {
  if (path.empty())
    return parse_settings("", "default", variables);
  std::ifstream stream{path, std::ios::binary};
  std::ostringstream text;
  // Reading a folder succeeds in opening and fails in reading.
  if (!stream || !(text << stream.rdbuf() || stream.peek() == std::ifstream::traits_type::eof()) || stream.bad())
    return make_error(ec::system_failure, path + ": cannot be read: " + std::strerror(errno));
  return parse_settings(text.str(), path, variables);
}

caf::expected<settings> parse_settings(std::string_view toml, std::string_view file,
                                       const environment_variables& variables) {
  return settings_reader{file, variables}.run(toml);
}

} // namespace machiai
