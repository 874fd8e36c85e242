#include "gateway/display_name.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace machiai {

namespace {

/// The longest that one character can be in any form (Unicode UAX 15: 18 bytes come of one character at most, and
/// back). What is longer than so many times that is not normalised: that takes a time that grows with the square.
constexpr size_t character_bytes_max = 18;

/// On one letter: Vietnamese and Thai need up to three, a variation selector included.
constexpr size_t marks_max = 4;

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

/// Joiners shape the letters beside them in some scripts.
bool is_joiner(utf8proc_int32_t value) {
  return value == 0x200C || value == 0x200D;
}

bool is_noncharacter(utf8proc_int32_t value) {
  return (value & 0xFFFE) == 0xFFFE || (value >= 0xFDD0 && value <= 0xFDEF);
}

/// Controls, invisible format characters such as those that turn the direction, separators of lines and paragraphs,
/// half surrogates, what Unicode keeps for no character.
bool is_forbidden(utf8proc_int32_t value) {
  switch (utf8proc_category(value)) {
  case UTF8PROC_CATEGORY_CF:
    return !is_joiner(value);
  case UTF8PROC_CATEGORY_CC:
  case UTF8PROC_CATEGORY_CS:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return true;
  default:
    return is_noncharacter(value);
  }
}

bool is_mark(utf8proc_int32_t value) {
  const auto category = utf8proc_category(value);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

/// Besides blanks, joiners and marks: the Hangul fillers and the empty Braille pattern show nothing either.
bool is_visible(utf8proc_int32_t value) {
  const auto is_filler = value == 0x115F || value == 0x1160 || value == 0x2800 || value == 0x3164 || value == 0xFFA0;
  return !is_filler && !is_blank(value) && !is_joiner(value) && !is_mark(value);
}

bool is_showable(std::string_view text, size_t characters_max) {
  size_t count = 0;
  size_t marks = 0;
  bool any_visible = false;
  utf8proc_int32_t last = ' ';
  while (!text.empty()) {
    utf8proc_int32_t value = 0;
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &value);
    if (used <= 0 || is_forbidden(value) || (count == 0 && is_blank(value)) || ++count > characters_max)
      return false;
    marks = is_mark(value) ? marks + 1 : 0;
    if (marks > marks_max)
      return false;
    any_visible = any_visible || is_visible(value);
    text.remove_prefix(static_cast<size_t>(used));
    last = value;
  }
  return any_visible && !is_blank(last);
}

} // namespace

std::optional<std::string> read_display_name(std::string_view text) {
  return read_display_name(text, fixed::display_name_characters_max);
}

std::optional<std::string> read_display_name(std::string_view text, size_t characters_max) {
  if (text.empty() || text.size() > characters_max * character_bytes_max)
    return std::nullopt;
  auto name = normalise(text);
  return name && is_showable(*name, characters_max) ? std::move(name) : std::nullopt;
}

caf::error tidy_display_name(std::string& name, std::string_view field) {
  auto tidy = read_display_name(name);
  if (!tidy)
    return make_error(ec::out_of_range,
                      std::string{field} +
                          ": 1 to 100 visible characters without control characters, no blank at either end");
  name = std::move(*tidy);
  return {};
}

} // namespace machiai
