#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"
#include "store/timestamp.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The appointment, its room and the invitations to it; store/events.hpp says what holds for all.
namespace machiai {

struct appointment_booked {
  static constexpr std::string_view kind = "room.appointment_booked";
  machiai::appointment appointment;
  friend bool operator==(const appointment_booked&, const appointment_booked&) = default;
};
BOOST_DESCRIBE_STRUCT(appointment_booked, (), (appointment))

struct appointment_changed {
  static constexpr std::string_view kind = "room.appointment_changed";
  machiai::appointment appointment;
  friend bool operator==(const appointment_changed&, const appointment_changed&) = default;
};
BOOST_DESCRIBE_STRUCT(appointment_changed, (), (appointment))

struct appointment_cancelled {
  static constexpr std::string_view kind = "room.appointment_cancelled";
  friend bool operator==(const appointment_cancelled&, const appointment_cancelled&) = default;
};
BOOST_DESCRIBE_STRUCT(appointment_cancelled, (), ())

/// An invitation for one guest; `secret_hash` is the SHA-256 (hex) of the link's secret, which is never stored.
struct guest_invited {
  static constexpr std::string_view kind = "room.guest_invited";
  invite_id invite;
  person_id person;
  machiai::party party = machiai::party::family;
  std::string display_name;
  timestamp expires_at;
  std::string secret_hash;
  friend bool operator==(const guest_invited&, const guest_invited&) = default;
};
BOOST_DESCRIBE_STRUCT(guest_invited, (), (invite, person, party, display_name, expires_at, secret_hash))

struct invite_redeemed {
  static constexpr std::string_view kind = "room.invite_redeemed";
  invite_id invite;
  person_id person;
  friend bool operator==(const invite_redeemed&, const invite_redeemed&) = default;
};
BOOST_DESCRIBE_STRUCT(invite_redeemed, (), (invite, person))

struct invite_revoked {
  static constexpr std::string_view kind = "room.invite_revoked";
  invite_id invite;
  person_id person;
  friend bool operator==(const invite_revoked&, const invite_revoked&) = default;
};
BOOST_DESCRIBE_STRUCT(invite_revoked, (), (invite, person))

struct room_locked {
  static constexpr std::string_view kind = "room.locked";
  friend bool operator==(const room_locked&, const room_locked&) = default;
};
BOOST_DESCRIBE_STRUCT(room_locked, (), ())

struct room_unlocked {
  static constexpr std::string_view kind = "room.unlocked";
  friend bool operator==(const room_unlocked&, const room_unlocked&) = default;
};
BOOST_DESCRIBE_STRUCT(room_unlocked, (), ())

/// Everyone is out and the bill stands. `revision` is 1 the first time; after a reopening the next end carries the next
/// revision, whose bill covers the whole consultation: what changed is a correction, never a rewrite (R18).
struct consultation_ended {
  static constexpr std::string_view kind = "room.consultation_ended";
  end_reason reason = end_reason::by_clinic;
  int32_t revision = 1;
  machiai::bill bill;
  friend bool operator==(const consultation_ended&, const consultation_ended&) = default;
};
BOOST_DESCRIBE_STRUCT(consultation_ended, (), (reason, revision, bill))

struct consultation_reopened {
  static constexpr std::string_view kind = "room.consultation_reopened";
  friend bool operator==(const consultation_reopened&, const consultation_reopened&) = default;
};
BOOST_DESCRIBE_STRUCT(consultation_reopened, (), ())

/// The room leaves the board; its history stays in the log.
struct room_archived {
  static constexpr std::string_view kind = "room.archived";
  friend bool operator==(const room_archived&, const room_archived&) = default;
};
BOOST_DESCRIBE_STRUCT(room_archived, (), ())

} // namespace machiai
