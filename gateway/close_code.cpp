#include "gateway/close_code.hpp"

namespace machiai {

namespace {

close_order order(close_code code, const char* reason) {
  return {static_cast<uint16_t>(code), reason};
}

} // namespace

close_code close_code_of(ec code) {
  switch (code) {
  case ec::unauthenticated:
  case ec::not_found:
    return close_code::unauthenticated;
  case ec::token_expired:
    return close_code::token_expired;
  case ec::revoked:
    return close_code::revoked;
  case ec::removed:
    return close_code::removed;
  case ec::forbidden:
    return close_code::forbidden;
  case ec::draining:
    return close_code::restarting;
  case ec::malformed:
  case ec::unknown_command:
  case ec::out_of_range:
  case ec::too_large:
    return close_code::malformed;
  default:
    return close_code::unavailable;
  }
}

close_order close_for(transport_fault fault) {
  switch (fault) {
  case transport_fault::message_flood:
  case transport_fault::ping_flood:
    return order(close_code::flood, "rate_limited");
  case transport_fault::hello_timeout:
    return order(close_code::no_hello, "no hello in time");
  case transport_fault::dead:
    return order(close_code::silent, "no answer to pings");
  case transport_fault::send_stall:
  case transport_fault::queue_overflow:
    return order(close_code::too_slow, "reader too slow");
  case transport_fault::binary_message:
    return {1003, "text only"};
  }
  return {1011, "internal"};
}

} // namespace machiai
