#pragma once

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/make_message.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace machiai {

/// Everything that can be refused or go wrong, in one list from settings to socket. The word of a code (`to_string`)
/// is what clients see; `describe` says what it means and `retryable` whether the same request can succeed later.
enum class ec : uint8_t {
  /// The request is not what the protocol or the format asks for; the message names the offending part.
  malformed = 1,
  /// A command, field, route or frame type that does not exist.
  unknown_command,
  /// A value outside its documented range or form.
  out_of_range,
  /// The request, frame or body is larger than its limit.
  too_large,
  /// More requests than the limit allows; try again later.
  rate_limited,
  /// A limit on how many of something may exist was reached.
  limit_reached,
  /// No token, or one that does not verify.
  unauthenticated,
  /// The token's time is over.
  token_expired,
  /// The key or the person was revoked.
  revoked,
  /// The role may not do this.
  forbidden,
  /// No such clinic, room, person or route, or not one of the caller's.
  not_found,
  /// The caller's view is out of date or another value is in the way.
  conflict,
  /// The same command id is still being worked on.
  in_flight,
  /// The command id was used for another command before.
  command_id_reused,
  /// The person is not in the room or its waiting room.
  not_present,
  /// The room is locked.
  room_locked,
  /// The room holds as many persons as its limit allows.
  room_full,
  /// The consultation is over.
  room_ended,
  /// The appointment was cancelled.
  appointment_cancelled,
  /// The person was removed from the room by the clinic.
  removed,
  /// The invitation was used, withdrawn or is too old.
  invite_void,
  /// The room's state does not allow this now.
  wrong_state,
  /// The engine is going down for a planned restart.
  draining,
  /// The answer did not come in time; the outcome is unknown, repeat with the same command id.
  timed_out,
  /// The store cannot be written just now.
  store_unavailable,
  /// Another engine owns this store or clinic.
  stale_epoch,
  /// The store was written by a newer version of the program.
  store_version,
  /// Stored data is damaged: a gap in the numbering or a hash that does not match.
  store_damaged,
  /// A setting is wrong; the message names file, key and limit.
  bad_setting,
  /// The operating system refused (port taken, file unreadable, disk full); the message says which.
  system_failure,
  /// A defect in the engine itself.
  internal,
};

/// The last value, for tables and tests that cover every code.
inline constexpr ec last_error_code = ec::internal;

/// The code as clients see it, for example `room_full`.
std::string to_string(ec code);

/// One English sentence on what the code means.
std::string_view describe(ec code);

/// True when repeating the same request later can succeed.
bool retryable(ec code);

/// An error with a message for people; `message` never holds patient data.
caf::error make_error(ec code, std::string message);

/// The code of an error made by `make_error`; any foreign error counts as `ec::internal`, and so does none.
ec code_of(const caf::error& error);

/// The message an error was made with, without its code; what the code means if there is none.
std::string message_of(const caf::error& error);

/// The message for a client: of an error of the store, the settings, the system or the engine itself only what its code
/// means, because the rest may name paths and addresses.
std::string public_message_of(const caf::error& error);

/// Ends the caller by an exception when a thing that must hold does not. Stays on in release builds: an actor that
/// meets a broken invariant dies and is rebuilt from the log.
void invariant(bool holds, const char* what);

} // namespace machiai

CAF_ERROR_CODE_ENUM(machiai::ec, "machiai")
