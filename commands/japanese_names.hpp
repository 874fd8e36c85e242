#pragma once

#include <cstdint>
#include <string>

namespace machiai {

/// A made-up person, for demonstrations and simulations.
struct japanese_name {
  /// Family and given name with an ideographic space between, and the same in katakana.
  std::string name;
  std::string kana;
};

/// The `number`th name; about 800 differ, then they come again.
japanese_name made_up_name(uint64_t number);

} // namespace machiai
