#pragma once

#include <cstddef>
#include <string_view>

namespace machiai {

inline constexpr size_t display_name_characters_max = 100;

/// True for 1 to 100 characters of valid UTF-8 (RFC 3629) that hold no control characters, line separators or marks
/// that turn the writing direction, and do not begin or end with a blank.
bool is_valid_display_name(std::string_view text) noexcept;

} // namespace machiai
