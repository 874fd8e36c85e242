#pragma once

#include "metrics/labels.hpp"

namespace machiai {

enum class presence_label : uint8_t { waiting, in_room, unstable };
template <>
struct label_words<presence_label> {
  static constexpr std::array<std::string_view, 3> value{"waiting", "in_room", "unstable"};
};

enum class actor_label : uint8_t { clinic, room, patient, doctor, guest };
template <>
struct label_words<actor_label> {
  static constexpr std::array<std::string_view, 5> value{"clinic", "room", "patient", "doctor", "guest"};
};

/// What an auditor's mismatch is between: the clinic's state and the store's rows, or the room's own; somebody present
/// without a device; a device let in of somebody who is not present.
enum class audit_label : uint8_t { store, room, ghost, unseen };
template <>
struct label_words<audit_label> {
  static constexpr std::array<std::string_view, 4> value{"store", "room", "ghost", "unseen"};
};

/// `suspicious` is looked at again; `moved` and `unfinished` could not be compared.
enum class audit_outcome_label : uint8_t { compared, suspicious, moved, unfinished };
template <>
struct label_words<audit_outcome_label> {
  static constexpr std::array<std::string_view, 4> value{"compared", "suspicious", "moved", "unfinished"};
};

/// What became of a signal from one device of a call to another: nobody was there to get it, or its sender is not in
/// the call.
enum class signal_label : uint8_t { relayed, dropped, refused };
template <>
struct label_words<signal_label> {
  static constexpr std::array<std::string_view, 3> value{"relayed", "dropped", "refused"};
};

enum class synthetic_label : uint8_t { ok, failed };
template <>
struct label_words<synthetic_label> {
  static constexpr std::array<std::string_view, 2> value{"ok", "failed"};
};

/// As gateway/auth_failure.hpp; `refused_unseen` after too many failures from one address.
enum class auth_failure_label : uint8_t {
  malformed,
  unknown_key,
  wrong_algorithm,
  wrong_signature,
  wrong_claims,
  not_yet_valid,
  expired,
  lives_too_long,
  key_revoked,
  person_revoked,
  not_allowed,
  refused_unseen,
};
template <>
struct label_words<auth_failure_label> {
  static constexpr std::array<std::string_view, 12> value{
      "malformed", "unknown_key",    "wrong_algorithm", "wrong_signature", "wrong_claims", "not_yet_valid",
      "expired",   "lives_too_long", "key_revoked",     "person_revoked",  "not_allowed",  "refused_unseen"};
};

enum class status_label : uint8_t { informational, success, redirect, client_error, server_error };
template <>
struct label_words<status_label> {
  static constexpr std::array<std::string_view, 5> value{"1xx", "2xx", "3xx", "4xx", "5xx"};
};

/// Any other status counts as 5xx: no server of ours should have sent it.
constexpr status_label status_label_of(unsigned status) {
  return status >= 100 && status < 600 ? static_cast<status_label>(status / 100 - 1) : status_label::server_error;
}

/// Close codes: those of RFC 6455 that occur, the protocol's own (gateway/close_code.hpp) and the rest. Named as they
/// are counted.
enum class close_label : uint8_t {
  code_1000,
  code_1001,
  code_1002,
  code_1003,
  code_1005,
  code_1006,
  code_1007,
  code_1008,
  code_1009,
  code_1010,
  code_1011,
  code_1012,
  code_1013,
  code_4100,
  code_4101,
  code_4102,
  code_4103,
  code_4200,
  code_4201,
  code_4202,
  code_4203,
  code_4204,
  code_4205,
  code_4206,
  code_4207,
  other,
};
template <>
struct label_words<close_label> {
  static constexpr std::array<std::string_view, 26> value{
      "1000", "1001", "1002", "1003", "1005", "1006", "1007", "1008", "1009", "1010", "1011", "1012", "1013",
      "4100", "4101", "4102", "4103", "4200", "4201", "4202", "4203", "4204", "4205", "4206", "4207", "other"};
};

/// The label of a close code as it was sent or received.
constexpr close_label close_label_of(unsigned code) {
  for (size_t i = 0; i < static_cast<size_t>(close_label::other); ++i) {
    unsigned value = 0;
    for (const char digit : label_words<close_label>::value[i])
      value = value * 10 + static_cast<unsigned>(digit - '0');
    if (value == code)
      return static_cast<close_label>(i);
  }
  return close_label::other;
}

} // namespace machiai
