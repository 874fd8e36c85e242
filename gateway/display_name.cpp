#include "gateway/display_name.hpp"

#include <cstdint>

namespace machiai {

namespace {

constexpr uint32_t not_a_character = 0xFFFFFFFF;

/// Takes one character off the front of a text that is not empty.
uint32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  if (length == 0 || text.size() < length)
    return not_a_character;
  uint32_t value = length == 1 ? first : first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80)
      return not_a_character;
    value = value << 6 | (next & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  text.remove_prefix(length);
  return overlong || surrogate || value > 0x10FFFF ? not_a_character : value;
}

bool is_blank(uint32_t value) {
  return value == ' ' || value == 0xA0 || value == 0x3000;
}

bool is_forbidden(uint32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || (value >= 0x2028 && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069) || value == 0x200E || value == 0x200F || value == 0xFEFF ||
         value == not_a_character;
}

} // namespace

bool is_valid_display_name(std::string_view text) noexcept {
  size_t count = 0;
  uint32_t last = ' ';
  while (!text.empty()) {
    const auto value = take_character(text);
    if (is_forbidden(value) || (count == 0 && is_blank(value)) || ++count > display_name_characters_max)
      return false;
    last = value;
  }
  return count > 0 && !is_blank(last);
}

} // namespace machiai
