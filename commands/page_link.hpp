#pragma once

#include "commands/client/server_address.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

#include <optional>
#include <string>

namespace machiai {

/// The link that opens the engine's page for the bearer of `token`: the console for staff and doctors, the patient's
/// page for patients. The token stands in the fragment, which no browser sends to anybody. Nothing for other roles:
/// guests have the link of their invitation, the rest have no page.
std::optional<std::string> page_link(const server_address& server, role who, const clinic_id& clinic,
                                     const std::string& token);

} // namespace machiai
