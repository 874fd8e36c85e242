#pragma once

#include "gateway/protocol.hpp"
#include "gateway/token_key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// A guest's invitation: what the room is asked, and what only the one who invites is told.
struct made_invite {
  invite_guest command;
  /// JSON members that follow the answer, beginning with a comma: `invite`, `person`, `secret` and the link's `path`
  /// with the secret in its fragment, which browsers never send.
  std::string answer_members;
};

/// Makes ids and secret from the operator's key and the command's id, so that a repeated command gets the same link
/// though the secret is stored nowhere.
made_invite make_invite(const token_key& key, const clinic_id& clinic, const person_id& inviter,
                        const command_id& command, const invite_wish& wish);

/// SHA-256 of a link's secret in hex, as the log has it.
std::string secret_hash(std::string_view secret);

/// The guest an invitation is for; nothing when none of ours can have this id, because the guest's would be too long.
std::optional<person_id> guest_of(const invite_id& invite);

} // namespace machiai
