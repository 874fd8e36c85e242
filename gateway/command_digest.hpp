#pragma once

#include "actors/model/commands.hpp"
#include "gateway/claims.hpp"
#include "gateway/command_kind.hpp"
#include "gateway/protocol.hpp"
#include "gateway/token_key.hpp"

#include <cstdint>
#include <string_view>

namespace machiai {

/// What is asked under a command id and as whom, as 64 bits that two requests share only if they are the same. Never 0.
/// Keyed, because it is stored and a body may hold a secret. `canonical` is the body in one form.
uint64_t command_digest(const token_key& key, const token_claims& by, command_kind kind, std::string_view canonical);

/// The same for a frame's command.
uint64_t command_digest(const token_key& key, const token_claims& by, const addressed_command& x);

} // namespace machiai
