#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Everything a label of a metric may say. Labels come from these enums only, so the number of series is fixed at start
/// and no patient, room or clinic can ever become one.
namespace machiai {

/// The words of a label's enum, in its order.
template <class Label>
struct label_words;

template <class Label>
inline constexpr size_t label_count = label_words<Label>::value.size();

template <class Label>
constexpr std::string_view label_word(Label label) {
  return label_words<Label>::value[static_cast<size_t>(label)];
}

/// The label with this word, if any; for mapping another folder's enum once, not per use.
template <class Label>
constexpr std::optional<Label> label_of(std::string_view word) {
  for (size_t i = 0; i < label_count<Label>; ++i)
    if (label_words<Label>::value[i] == word)
      return static_cast<Label>(i);
  return std::nullopt;
}

/// The role a connection speaks with; `none` before its hello is accepted.
enum class role_label : uint8_t { none, operator_, system, staff, doctor, patient, guest };
template <>
struct label_words<role_label> {
  static constexpr std::array<std::string_view, 7> value{"none",   "operator", "system", "staff",
                                                         "doctor", "patient",  "guest"};
};

enum class direction_label : uint8_t { in, out };
template <>
struct label_words<direction_label> {
  static constexpr std::array<std::string_view, 2> value{"in", "out"};
};

/// The commands of the protocol and the HTTP API.
enum class command_label : uint8_t {
  hello,
  renew,
  ask_beat,
  enter_waiting_room,
  enter_room,
  leave_room,
  set_attention,
  set_media,
  report_device_test,
  join_call,
  leave_call,
  send_signal,
  report_quality,
  admit,
  send_back,
  remove,
  invite,
  revoke_invite,
  redeem_invite,
  lock_room,
  unlock_room,
  end_consultation,
  reopen_consultation,
  put_clinic,
  put_key,
  revoke_key,
  revoke_person,
  put_doctor,
  put_patient,
  put_appointment,
  cancel_appointment,
  unknown,
};
template <>
struct label_words<command_label> {
  static constexpr std::array<std::string_view, 32> value{"hello",
                                                          "renew",
                                                          "ask_beat",
                                                          "enter_waiting_room",
                                                          "enter_room",
                                                          "leave_room",
                                                          "set_attention",
                                                          "set_media",
                                                          "report_device_test",
                                                          "join_call",
                                                          "leave_call",
                                                          "send_signal",
                                                          "report_quality",
                                                          "admit",
                                                          "send_back",
                                                          "remove",
                                                          "invite",
                                                          "revoke_invite",
                                                          "redeem_invite",
                                                          "lock_room",
                                                          "unlock_room",
                                                          "end_consultation",
                                                          "reopen_consultation",
                                                          "put_clinic",
                                                          "put_key",
                                                          "revoke_key",
                                                          "revoke_person",
                                                          "put_doctor",
                                                          "put_patient",
                                                          "put_appointment",
                                                          "cancel_appointment",
                                                          "unknown"};
};

/// `refused` is the rules' no, `failed` the engine's own: a time-out, or the store. The answer to an id sent again
/// counts like the first.
enum class outcome_label : uint8_t { ok, refused, failed };
template <>
struct label_words<outcome_label> {
  static constexpr std::array<std::string_view, 3> value{"ok", "refused", "failed"};
};

enum class resume_label : uint8_t { nothing_missed, replayed, reload };
template <>
struct label_words<resume_label> {
  static constexpr std::array<std::string_view, 3> value{"nothing_missed", "replayed", "reload"};
};

/// Why a connection was refused at the door.
enum class refusal_label : uint8_t { total_limit, address_limit, descriptors, origin, draining };
template <>
struct label_words<refusal_label> {
  static constexpr std::array<std::string_view, 5> value{"total_limit", "address_limit", "descriptors", "origin",
                                                         "draining"};
};

/// What a full send queue did: a newer frame took an older one's place, the queue was dropped for a snapshot, the
/// reader was cut.
enum class overflow_label : uint8_t { collapsed, dropped, cut };
template <>
struct label_words<overflow_label> {
  static constexpr std::array<std::string_view, 3> value{"collapsed", "dropped", "cut"};
};

} // namespace machiai
