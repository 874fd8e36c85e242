#include "store/ids.hpp"

#include "config/fixed_limits.hpp"

#include <algorithm>

namespace machiai {

namespace {

// Locale-free on purpose: std::isalnum depends on the process's locale.
bool is_id_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

} // namespace

bool is_valid_id(std::string_view text) noexcept {
  // As elements of a path these two mean other places (RFC 3986 5.2.4).
  if (text == "." || text == "..")
    return false;
  return !text.empty() && text.size() <= fixed::id_characters_max &&
         std::all_of(text.begin(), text.end(), is_id_character);
}

} // namespace machiai
