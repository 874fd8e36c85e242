#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// A name that one object of this JSON text gives to two members (RFC 8259 4 leaves open which one counts, so readers
/// disagree), cut to what a message may repeat. Nothing when there is none, or when the text is not JSON.
std::optional<std::string> repeated_key(std::string_view text);

} // namespace machiai
