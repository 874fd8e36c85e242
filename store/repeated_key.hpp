#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// A client's field name as far as a message may repeat it.
std::string shown_name(std::string_view name);

/// A name that one object of this JSON text gives to two members (RFC 8259 4 leaves open which one counts, so readers
/// disagree), as `shown_name`. Nothing when there is none, or when the text is not JSON.
std::optional<std::string> repeated_key(std::string_view text);

} // namespace machiai
