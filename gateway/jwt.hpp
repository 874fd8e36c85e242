#pragma once

#include "gateway/auth_failure.hpp"
#include "gateway/claims.hpp"
#include "gateway/key_algorithm.hpp"
#include "gateway/key_ring.hpp"

#include <caf/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

/// JSON Web Tokens in compact form (RFC 7519, 7515), as strict as they can be read.
namespace machiai {

/// A token in the right form whose signature nobody has checked yet. Only `claims.clinic` and `claims.key` are of use
/// before that: they say whose keys are needed.
struct unverified_token {
  token_claims claims;
  key_algorithm algorithm = key_algorithm::hs256;
  /// `nbf`; the beginning of time when absent.
  timestamp not_before;
  /// Header and payload as they were signed, and the raw signature.
  std::string signed_part;
  std::string signature;
};

/// Reads a token: at most 4 KiB, three parts of strict base64url, two JSON objects at most 4 levels deep without a
/// repeated member; header `alg` (never none) and `kid`, `typ` JWT or absent, no `crit`; `jku`, `x5u`, `jwk` and
/// unknown members are ignored. Payload `sub`, `role`, `clinic` (but for an operator) and `exp`; `room`, `name`, `iat`,
/// `nbf`, `aud` (must name machiai) may be absent. Any id must be a valid one.
std::variant<unverified_token, auth_failure> read_token(std::string_view text);

/// How times are judged (settings `token.*`).
struct token_rules {
  milliseconds leeway{60'000};
  milliseconds lifetime_max{7 * 24 * 3'600'000LL};
};

/// The claims, when the key named by `kid` exists (operator's, or of the clinic that the token names), has the token's
/// algorithm, signed it and is not revoked; the times fit; and the key may sign such a token: a clinic's keys never
/// make an operator. Every clinic whose tokens are to pass must have been given to `ring`.
std::variant<token_claims, auth_failure> verify_token(const unverified_token& token, const key_ring& ring,
                                                      timestamp now, const token_rules& rules);

/// Both steps in one, for callers whose ring is complete.
std::variant<token_claims, auth_failure> verify_token(std::string_view text, const key_ring& ring, timestamp now,
                                                      const token_rules& rules);

/// A signed token with these claims; `claims.key` is ignored, the `kid` is the key's. Times are cut to whole seconds.
caf::expected<std::string> mint_token(const token_claims& claims, const token_key& key);

} // namespace machiai
