#pragma once

#include <string_view>

namespace machiai {

/// The clinic of the synthetic visits (settings `synthetic`): nobody else may change it, and it has no statement.
inline constexpr std::string_view synthetic_clinic = "machiai-synthetic";

/// As whom the engine itself sets that clinic up.
inline constexpr std::string_view synthetic_operator = "machiai-synthetic";

} // namespace machiai
