#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace machiai {

/// How tokens are signed (RFC 7518, RFC 8037). `none` does not exist here.
enum class key_algorithm : uint8_t { hs256, rs256, es256, eddsa };

inline constexpr std::array<std::string_view, 4> key_algorithm_words{"HS256", "RS256", "ES256", "EdDSA"};

/// The `alg` word.
constexpr std::string_view word_of(key_algorithm algorithm) {
  return key_algorithm_words[static_cast<size_t>(algorithm)];
}

/// Case matters (RFC 7515 section 4.1.1).
constexpr std::optional<key_algorithm> key_algorithm_of(std::string_view word) {
  for (size_t i = 0; i < key_algorithm_words.size(); ++i)
    if (key_algorithm_words[i] == word)
      return static_cast<key_algorithm>(i);
  return std::nullopt;
}

} // namespace machiai
