#include "config/error.hpp"

#include <caf/message.hpp>

#include <stdexcept>
#include <utility>

namespace machiai {

namespace {

struct row {
  const char* word;
  bool retryable;
  const char* meaning;
};

row row_of(ec code) {
  switch (code) {
  case ec::malformed:
    return {"malformed", false, "The request is not what the protocol asks for; the message names the offending part."};
  case ec::unknown_command:
    return {"unknown_command", false, "There is no such command, route or frame type."};
  case ec::out_of_range:
    return {"out_of_range", false, "A value is outside its documented range or form."};
  case ec::too_large:
    return {"too_large", false, "The request, frame or body is larger than its limit."};
  case ec::rate_limited:
    return {"rate_limited", true, "More requests than the limit allows."};
  case ec::limit_reached:
    return {"limit_reached", true, "As many as the limit allows exist already."};
  case ec::unauthenticated:
    return {"unauthenticated", false, "The token is missing or does not verify."};
  case ec::token_expired:
    return {"token_expired", false, "The token's time is over; ask for a new one."};
  case ec::revoked:
    return {"revoked", false, "The key or the person was revoked."};
  case ec::forbidden:
    return {"forbidden", false, "The role may not do this."};
  case ec::not_found:
    return {"not_found", false, "There is nothing by this name that the caller may see."};
  case ec::conflict:
    return {"conflict", false, "Another value is in the way."};
  case ec::in_flight:
    return {"in_flight", true, "The same command id is still being worked on."};
  case ec::command_id_reused:
    return {"command_id_reused", false, "The command id was used for another command; make a new one."};
  case ec::not_present:
    return {"not_present", false, "The person is neither in the room nor in its waiting room."};
  case ec::room_locked:
    return {"room_locked", true, "The room is locked."};
  case ec::room_full:
    return {"room_full", true, "The room holds as many persons as its limit allows."};
  case ec::room_ended:
    return {"room_ended", false, "The consultation is over."};
  case ec::appointment_cancelled:
    return {"appointment_cancelled", false, "The appointment was cancelled."};
  case ec::removed:
    return {"removed", false, "The clinic removed this person from the room."};
  case ec::invite_void:
    return {"invite_void", false, "The invitation was used, withdrawn or is too old."};
  case ec::wrong_state:
    return {"wrong_state", false, "The room's state does not allow this now."};
  case ec::draining:
    return {"draining", true, "The engine is going down for a planned restart."};
  case ec::timed_out:
    return {"timed_out", true, "No answer in time; the outcome is unknown, repeat with the same command id."};
  case ec::store_unavailable:
    return {"store_unavailable", true, "The store cannot be written just now."};
  case ec::stale_epoch:
    return {"stale_epoch", true, "Another engine owns this store or clinic."};
  case ec::store_version:
    return {"store_version", false, "The store was written by a newer version of the program."};
  case ec::store_damaged:
    return {"store_damaged", false, "Stored data has a gap in its numbering or a hash that does not match."};
  case ec::bad_setting:
    return {"bad_setting", false, "A setting is wrong; the message names file, key and limit."};
  case ec::system_failure:
    return {"system_failure", false, "The operating system refused; the message says what."};
  case ec::internal:
    return {"internal", true, "A defect in the engine itself."};
  }
  return {"internal", true, "A defect in the engine itself."};
}

} // namespace

std::string to_string(ec code) {
  return row_of(code).word;
}

std::string_view describe(ec code) {
  return row_of(code).meaning;
}

bool retryable(ec code) {
  return row_of(code).retryable;
}

caf::error make_error(ec code, std::string message) {
  return caf::error{code, std::move(message)};
}

ec code_of(const caf::error& error) {
  // CAF's own accessors must not be asked of an error that says nothing.
  if (!error)
    return ec::internal;
  const auto number = error.code();
  if (error.category() != caf::detail::error_factory<ec>::category || number == 0 ||
      number > static_cast<uint8_t>(last_error_code))
    return ec::internal;
  return static_cast<ec>(number);
}

std::string message_of(const caf::error& error) {
  if (error && error.context().match_elements<std::string>())
    return error.context().get_as<std::string>(0);
  return std::string{describe(code_of(error))};
}

std::string public_message_of(const caf::error& error) {
  switch (const auto code = code_of(error)) {
  case ec::store_unavailable:
  case ec::stale_epoch:
  case ec::store_version:
  case ec::store_damaged:
  case ec::bad_setting:
  case ec::system_failure:
  case ec::internal:
    return std::string{describe(code)};
  default:
    return message_of(error);
  }
}

void invariant(bool holds, const char* what) {
  if (!holds)
    throw std::logic_error(std::string("broken invariant: ") + what);
}

} // namespace machiai
