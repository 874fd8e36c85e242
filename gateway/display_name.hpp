#pragma once

#include <caf/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// A name as people may show it, in Unicode's form NFC, so that what looks alike is alike. Nothing for what is not
/// UTF-8 or has, in that form, nothing to see or more than 100 characters, controls or invisible characters (such as
/// turn the direction of writing or break lines), more than four marks on a letter, or a blank at either end.
std::optional<std::string> read_display_name(std::string_view text);
/// The same for what may have `characters_max` characters.
std::optional<std::string> read_display_name(std::string_view text, size_t characters_max);

/// Puts `name` into that form, or says with `ec::out_of_range` that the field may not hold it. False (no error) when
/// all is well.
caf::error tidy_display_name(std::string& name, std::string_view field);

} // namespace machiai
