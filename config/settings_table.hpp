#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace machiai {

/// Reaches one setting inside a `settings`, by its type.
using number_member = uint32_t& (*)(settings&);
using text_member = std::string& (*)(settings&);
using list_member = std::vector<std::string>& (*)(settings&);

/// One setting: where it stands in TOML (`[section] key = …`), what it may be, what it is for.
struct setting_row {
  std::string_view section;
  std::string_view key;
  std::variant<number_member, text_member, list_member> member;
  /// `ms`, `us`, `bytes`, `yen`, or empty for a plain count or a text.
  std::string_view unit;
  /// Inclusive. Of a text they bound the length in bytes, of a list the number of its items.
  uint32_t minimum;
  uint32_t maximum;
  /// One line for people.
  std::string_view description;
};

/// Every setting there is, grouped by section in the order of settings.hpp. Loading, checking, `check-config` and the
/// documentation all read this table, so none of them can forget one.
std::span<const setting_row> settings_table();

/// `connection.message_bytes_max`.
std::string setting_name(const setting_row& row);

/// `MACHIAI_CONNECTION_MESSAGE_BYTES_MAX`, the environment variable that overrides the setting.
std::string setting_variable(const setting_row& row);

/// The value as it would stand in TOML.
std::string setting_value(const setting_row& row, const settings& from);

} // namespace machiai
