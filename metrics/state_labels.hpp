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

/// Close codes of RFC 6455 that occur, the protocol's own by the range that tells a client what to do, and the rest.
enum class close_label : uint8_t {
  normal,
  going_away,
  protocol_error,
  unsupported,
  no_status,
  abnormal,
  invalid_payload,
  policy,
  too_big,
  internal_error,
  service_restart,
  try_again_later,
  reconnect_now,
  reconnect_later,
  do_not_reconnect,
  other,
};
template <>
struct label_words<close_label> {
  static constexpr std::array<std::string_view, 16> value{"1000", "1001", "1002", "1003", "1005", "1006",
                                                          "1007", "1008", "1009", "1011", "1012", "1013",
                                                          "40xx", "41xx", "42xx", "other"};
};

/// The label of a close code as it was sent or received.
constexpr close_label close_label_of(unsigned code) {
  if (code >= 4000 && code < 4300)
    return static_cast<close_label>(static_cast<unsigned>(close_label::reconnect_now) + (code - 4000) / 100);
  for (size_t i = 0; i < static_cast<size_t>(close_label::reconnect_now); ++i) {
    const auto word = label_words<close_label>::value[i];
    unsigned value = 0;
    for (const char digit : word)
      value = value * 10 + static_cast<unsigned>(digit - '0');
    if (value == code)
      return static_cast<close_label>(i);
  }
  return close_label::other;
}

} // namespace machiai
