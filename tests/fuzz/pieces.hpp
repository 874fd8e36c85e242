#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace machiai::fuzz {

/// Hands `bytes` to `take` in pieces of 1 to 16 bytes, whose lengths `seed` decides; a `seed` of 0 makes all of them 1.
template <class Take>
void in_pieces(std::string_view bytes, uint8_t seed, Take take) {
  uint32_t state = seed;
  while (!bytes.empty()) {
    state = state * 1664525U + (seed == 0 ? 0U : 1013904223U);
    const auto length = std::min<std::size_t>(bytes.size(), 1 + (state >> 28U));
    take(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
}

/// The first byte, taken off `input`; 0 when there is none.
inline uint8_t take_byte(std::string_view& input) {
  if (input.empty())
    return 0;
  const auto first = static_cast<uint8_t>(input.front());
  input.remove_prefix(1);
  return first;
}

} // namespace machiai::fuzz
