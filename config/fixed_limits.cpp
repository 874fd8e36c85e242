#include "config/fixed_limits.hpp"

namespace machiai {

namespace {

#define MACHIAI_LIMIT(name, value, unit, meaning) {#name, value, unit, meaning},
constexpr fixed_limit_row rows[] = {MACHIAI_FIXED_LIMITS(MACHIAI_LIMIT)};
#undef MACHIAI_LIMIT

} // namespace

std::span<const fixed_limit_row> fixed_limits_table() {
  return rows;
}

} // namespace machiai
