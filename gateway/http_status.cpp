#include "gateway/http_status.hpp"

namespace machiai {

uint16_t status_of(ec code) {
  switch (code) {
  case ec::malformed:
  case ec::unknown_command:
    return 400;
  case ec::out_of_range:
  case ec::command_id_reused:
    return 422;
  case ec::too_large:
    return 413;
  case ec::rate_limited:
  case ec::limit_reached:
    return 429;
  case ec::unauthenticated:
  case ec::token_expired:
  case ec::revoked:
    return 401;
  case ec::forbidden:
  case ec::removed:
    return 403;
  case ec::not_found:
    return 404;
  case ec::invite_void:
    return 410;
  case ec::draining:
  case ec::store_unavailable:
  case ec::stale_epoch:
    return 503;
  case ec::timed_out:
    return 504;
  case ec::internal:
  case ec::system_failure:
  case ec::bad_setting:
  case ec::store_damaged:
  case ec::store_version:
    return 500;
  default:
    return 409;
  }
}

} // namespace machiai
