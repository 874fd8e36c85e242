#include "gateway/display_name.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace machiai {

namespace {

/// The longest a name of so many characters can be in any form (Unicode UAX 15: 18 bytes come of one character at
/// most, and back). What is longer is not normalised: that takes a time that grows with the square.
constexpr size_t bytes_max = fixed::display_name_characters_max * 18;

struct freed {
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

std::optional<std::string> normalise(std::string_view text) {
  utf8proc_uint8_t* result = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &result, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, freed> owned{result};
  if (size < 0)
    return std::nullopt;
  return std::string(reinterpret_cast<const char*>(result), static_cast<size_t>(size));
}

bool is_blank(utf8proc_int32_t value) {
  return utf8proc_category(value) == UTF8PROC_CATEGORY_ZS;
}

/// Controls, separators of lines and paragraphs, half surrogates; marks that turn the direction; the invisible
/// U+FEFF.
bool is_forbidden(utf8proc_int32_t value) {
  switch (utf8proc_category(value)) {
  case UTF8PROC_CATEGORY_CC:
  case UTF8PROC_CATEGORY_CS:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return true;
  default:
    return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) || value == 0x200E ||
           value == 0x200F || value == 0xFEFF;
  }
}

bool is_showable(std::string_view text) {
  size_t count = 0;
  utf8proc_int32_t last = ' ';
  while (!text.empty()) {
    utf8proc_int32_t value = 0;
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &value);
    if (used <= 0 || is_forbidden(value) || (count == 0 && is_blank(value)) ||
        ++count > fixed::display_name_characters_max)
      return false;
    text.remove_prefix(static_cast<size_t>(used));
    last = value;
  }
  return count > 0 && !is_blank(last);
}

} // namespace

std::optional<std::string> read_display_name(std::string_view text) {
  if (text.empty() || text.size() > bytes_max)
    return std::nullopt;
  auto name = normalise(text);
  return name && is_showable(*name) ? std::move(name) : std::nullopt;
}

caf::error tidy_display_name(std::string& name, std::string_view field) {
  auto tidy = read_display_name(name);
  if (!tidy)
    return make_error(ec::out_of_range, std::string{field} + ": 1 to 100 characters without control characters");
  name = std::move(*tidy);
  return {};
}

} // namespace machiai
