#pragma once

#include <string_view>
#include <utf8proc.h>

namespace machiai::fuzz {

/// By utf8proc, which neither the codec nor the settings ask.
inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    utf8proc_int32_t point = 0;
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &point);
    if (used < 1)
      return false;
    text.remove_prefix(static_cast<std::size_t>(used));
  }
  return true;
}

} // namespace machiai::fuzz
