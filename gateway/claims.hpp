#pragma once

#include "store/ids.hpp"
#include "store/records.hpp"
#include "store/timestamp.hpp"

#include <optional>
#include <string>

namespace machiai {

/// What a token says, once it is verified. Times are whole seconds on the wire.
struct token_claims {
  machiai::role role = machiai::role::guest;
  /// Empty only for an operator, who is not bound to one clinic.
  clinic_id clinic;
  /// `sub`.
  person_id person;
  /// The only room the token is good for.
  std::optional<room_id> room;
  /// `name`: what others see. Patient data: never logged.
  std::optional<std::string> display_name;
  /// The time to compare with a revocation's. Of a verified token it is not later than when it was verified, and by the
  /// leeway before its `iat` when the clinic's own key signed it, whose clock may be ahead. Without `iat` it is the
  /// beginning of time, so that any remembered revocation voids it.
  timestamp issued_at;
  timestamp expires_at;
  /// Which key signed it.
  key_id key;

  friend bool operator==(const token_claims&, const token_claims&) = default;
};

/// The one audience: a token with an `aud` must name it.
inline constexpr const char* token_audience = "machiai";

} // namespace machiai
