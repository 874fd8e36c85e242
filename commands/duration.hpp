#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace machiai {

/// Reads `500ms`, `90s`, `15m`, `1h` or `7d`: a whole number and one unit. Nothing for any other text, or more than 100
/// years.
std::optional<int64_t> parse_duration_ms(std::string_view text);

} // namespace machiai
