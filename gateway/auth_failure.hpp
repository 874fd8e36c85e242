#pragma once

#include "config/error.hpp"

#include <boost/describe/enum.hpp>
#include <caf/error.hpp>

#include <cstdint>
#include <string_view>

namespace machiai {

/// Why a token was refused, for the metric and the log. A client learns only the code of `to_error`: the difference
/// between an unknown key and a wrong signature would help nobody but a forger.
BOOST_DEFINE_FIXED_ENUM_CLASS(auth_failure, uint8_t, malformed, unknown_key, wrong_algorithm, wrong_signature,
                              wrong_claims, not_yet_valid, expired, lives_too_long, key_revoked, person_revoked,
                              not_allowed)

/// The error a client gets.
caf::error to_error(auth_failure failure);

} // namespace machiai
