#pragma once

#include "actors/model/meter.hpp"
#include "store/events.hpp"

#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <vector>

namespace machiai {

/// Where a person is, as far as one room is concerned. Doubt is a property beside it, not a place.
BOOST_DEFINE_ENUM_CLASS(whereabouts, absent, waiting, in_room, left)

/// Life of a room.
BOOST_DEFINE_ENUM_CLASS(room_phase, scheduled, waiting, in_consultation, ended, cancelled)

/// A person's last device test in this visit.
struct device_test {
  device_check camera = device_check::skipped;
  device_check microphone = device_check::skipped;
  device_check speaker = device_check::skipped;
  device_check network = device_check::skipped;
  timestamp at;
  friend bool operator==(const device_test&, const device_test&) = default;
};
BOOST_DESCRIBE_STRUCT(device_test, (), (camera, microphone, speaker, network, at))

struct participant {
  person_id person;
  machiai::party party = machiai::party::patient;
  std::string display_name;
  machiai::whereabouts whereabouts = machiai::whereabouts::absent;
  /// Set while the person is in doubt: when it was last heard of.
  std::optional<timestamp> unstable_since;
  /// When it was last heard of again after a doubt.
  std::optional<timestamp> stable_since;
  /// Let in by the clinic; outlives a lost connection, so that coming back needs no second admission.
  bool admitted = false;
  /// Put out for good.
  bool removed = false;
  bool attentive = true;
  /// First time in the waiting room: the place in line belongs to the visit and never changes.
  std::optional<timestamp> first_arrived_at;
  /// Since when the person is where it is.
  std::optional<timestamp> since;
  /// While in the room: what the person said it sends.
  std::optional<media_state> media;
  std::optional<machiai::device_test> device_test;
  friend bool operator==(const participant&, const participant&) = default;
};
BOOST_DESCRIBE_STRUCT(participant, (),
                      (person, party, display_name, whereabouts, unstable_since, stable_since, admitted, removed,
                       attentive, first_arrived_at, since, media, device_test))

struct invitation {
  invite_id invite;
  person_id person;
  machiai::party party = machiai::party::family;
  std::string display_name;
  timestamp expires_at;
  std::string secret_hash;
  bool redeemed = false;
  bool revoked = false;
  friend bool operator==(const invitation&, const invitation&) = default;
};
BOOST_DESCRIBE_STRUCT(invitation, (), (invite, person, party, display_name, expires_at, secret_hash, redeemed, revoked))

/// One end of the consultation. The first is the bill; each later one (after a reopening) replaces it by correction.
struct bill_revision {
  int32_t revision = 1;
  timestamp at;
  machiai::bill bill;
  friend bool operator==(const bill_revision&, const bill_revision&) = default;
};
BOOST_DESCRIBE_STRUCT(bill_revision, (), (revision, at, bill))

/// Everything known of one room, folded from its events. Plain data: rules are in room_rules, the fold is `apply`.
struct room_state {
  machiai::appointment appointment;
  bool booked = false;
  bool cancelled = false;
  bool locked = false;
  bool ended = false;
  std::optional<timestamp> ended_at;
  /// A doctor was in the room since it was booked or reopened.
  bool consultation_begun = false;
  /// End of the last doctor's stay while no doctor is in the room.
  std::optional<timestamp> doctorless_since;
  std::vector<participant> participants;
  std::vector<stay> stays;
  std::vector<invitation> invitations;
  std::vector<bill_revision> bills;
  /// In force since the first doctor's entry, also after a reopening (R20).
  std::optional<tariff> price;
  /// Time of the newest event: the room's clock never goes back behind it (R19).
  timestamp last_at;
  friend bool operator==(const room_state&, const room_state&) = default;
};
BOOST_DESCRIBE_STRUCT(room_state, (),
                      (appointment, booked, cancelled, locked, ended, ended_at, consultation_begun, doctorless_since,
                       participants, stays, invitations, bills, price, last_at))

/// Folds one event of this room into `state`. Replay and live run this same function.
void apply(room_state& state, const event_payload& payload, timestamp at);

room_phase phase_of(const room_state& state);

/// What the consultation's time costs; before a doctor's entry nothing does.
tariff price_of(const room_state& state);

const participant* find_participant(const room_state& state, const person_id& person);

const invitation* find_invitation(const room_state& state, const invite_id& invite);

/// In the room or its waiting room, doubt included.
bool is_present(const participant& x);

/// Persons of `party` who are in the room now.
size_t count_in_room(const room_state& state, party which);

/// All who are present.
size_t count_present(const room_state& state);

} // namespace machiai
