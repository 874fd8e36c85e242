#include "gateway/auth_failure.hpp"

namespace machiai {

caf::error to_error(auth_failure failure) {
  switch (failure) {
  case auth_failure::expired:
    return make_error(ec::token_expired, "the token's time is over");
  case auth_failure::key_revoked:
  case auth_failure::person_revoked:
    return make_error(ec::revoked, "the token was revoked");
  case auth_failure::not_allowed:
    return make_error(ec::forbidden, "this key may not sign such a token");
  case auth_failure::not_yet_valid:
    return make_error(ec::unauthenticated, "the token is not valid yet");
  case auth_failure::lives_too_long:
    return make_error(ec::unauthenticated, "the token lives longer than this engine allows");
  case auth_failure::malformed:
  case auth_failure::wrong_claims:
    return make_error(ec::unauthenticated, "the token is not in the form this engine asks for");
  case auth_failure::unknown_key:
  case auth_failure::wrong_algorithm:
  case auth_failure::wrong_signature:
    break;
  }
  return make_error(ec::unauthenticated, "the token does not verify");
}

} // namespace machiai
