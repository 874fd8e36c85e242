#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// Base64 with the URL alphabet and without padding (RFC 7515 section 2).
std::string base64url_encode(std::string_view bytes);

/// The bytes, or nothing for anything `base64url_encode` would not have written: padding, other characters, a length of
/// 4n+1, or left-over bits that are not zero. So every byte string has exactly one accepted text.
std::optional<std::string> base64url_decode(std::string_view text);

} // namespace machiai
