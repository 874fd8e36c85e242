#pragma once

#include <caf/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The one answer to a command as JSON text: `{"ok":true,"seq":…}` or `{"ok":false,"error":{…}}`.
namespace machiai {

/// Accepted; holds from `seq` on.
std::string accepted_text(uint64_t seq);
std::string refused_text(const caf::error& why);

/// `{"code":…,"message":…,"retryable":…}`
std::string error_object(const caf::error& why);

/// True for an answer that says yes.
bool is_acceptance(std::string_view answer);

/// Why an answer says no; nothing when it says yes. A text that is no answer counts as `ec::internal`.
std::optional<caf::error> refusal_in(std::string_view answer);

} // namespace machiai
