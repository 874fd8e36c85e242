#pragma once

#include "actors/model/clinic_state.hpp"
#include "actors/model/visit_parts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What each audience sees of a room: one struct and one projection each, so that what nobody may see is not even
/// there to be sent. Their JSON form is the wire's.
namespace machiai {

struct person_name {
  person_id person;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(person_name, (), (person, name))

/// A participant as clinic staff see it.
struct participant_card {
  person_id person;
  machiai::party party = machiai::party::patient;
  std::string display_name;
  machiai::whereabouts whereabouts = machiai::whereabouts::absent;
  bool unstable = false;
  std::optional<timestamp> last_proof_at;
  bool admitted = false;
  bool removed = false;
  bool attentive = true;
  std::optional<timestamp> first_arrived_at;
  std::optional<timestamp> since;
  std::optional<media_state> media;
  std::optional<machiai::device_test> device_test;
};
BOOST_DESCRIBE_STRUCT(participant_card, (),
                      (person, party, display_name, whereabouts, unstable, last_proof_at, admitted, removed, attentive,
                       first_arrived_at, since, media, device_test))

struct invitation_card {
  invite_id invite;
  person_id person;
  machiai::party party = machiai::party::family;
  std::string display_name;
  timestamp expires_at;
  bool redeemed = false;
};
BOOST_DESCRIBE_STRUCT(invitation_card, (), (invite, person, party, display_name, expires_at, redeemed))

/// The meter at the card's time. While `running`, the reader's clock goes on from `doctor_in_room_ms`.
struct meter_card {
  int64_t doctor_in_room_ms = 0;
  bool running = false;
  int64_t units = 0;
  int64_t additional_participants = 0;
  int64_t total_yen_ex_tax = 0;
  /// Absent until a doctor's first entry.
  std::optional<tariff> price;
};
BOOST_DESCRIBE_STRUCT(meter_card, (),
                      (doctor_in_room_ms, running, units, additional_participants, total_yen_ex_tax, price))

/// A room as clinic staff see it.
struct room_card {
  room_id room;
  room_phase phase = room_phase::scheduled;
  timestamp starts_at;
  int32_t duration_min = 0;
  std::string menu;
  bool is_test = false;
  bool locked = false;
  std::vector<patient_profile> patients;
  std::vector<person_name> doctors;
  std::vector<participant_card> participants;
  std::vector<invitation_card> invitations;
  std::optional<uint32_t> place_in_line;
  meter_card meter;
  std::optional<timestamp> ended_at;
  int32_t bill_revision = 0;
};
BOOST_DESCRIBE_STRUCT(room_card, (),
                      (room, phase, starts_at, duration_min, menu, is_test, locked, patients, doctors, participants,
                       invitations, place_in_line, meter, ended_at, bill_revision))

/// Somebody in the room, as the others in it see that person.
struct companion {
  person_id person;
  machiai::party party = machiai::party::patient;
  std::string display_name;
  machiai::whereabouts whereabouts = machiai::whereabouts::absent;
  bool unstable = false;
  std::optional<media_state> media;
};
BOOST_DESCRIBE_STRUCT(companion, (), (person, party, display_name, whereabouts, unstable, media))

/// A visit as its patient sees it.
struct patient_view {
  room_id room;
  std::string clinic;
  /// Whose visit it is: a link that reached somebody else is noticed.
  std::vector<person_name> patients;
  room_phase phase = room_phase::scheduled;
  timestamp starts_at;
  int32_t duration_min = 0;
  std::string menu;
  std::vector<attending_doctor> doctors;
  std::vector<companion> people;
  std::optional<uint32_t> place_in_line;
  std::optional<std::string> phone;
  std::optional<std::string> address;
  /// As of the room's newest event: time alone changes no view.
  std::vector<machiai::invited> invited;
};
BOOST_DESCRIBE_STRUCT(patient_view, (),
                      (room, clinic, patients, phase, starts_at, duration_min, menu, doctors, people, place_in_line,
                       phone, address, invited))

/// A visit as an invited guest sees it: no menu, no place in line.
struct guest_view {
  room_id room;
  std::string clinic;
  room_phase phase = room_phase::scheduled;
  timestamp starts_at;
  std::vector<attending_doctor> doctors;
  std::vector<companion> people;
  std::optional<std::string> phone;
  std::optional<std::string> address;
};
BOOST_DESCRIBE_STRUCT(guest_view, (), (room, clinic, phase, starts_at, doctors, people, phone, address))

/// The projections. `now` is the time of the newest event; `place` the visit's place in line, if it waits.
room_card staff_card(const clinic_state& state, const room_id& room, std::optional<uint32_t> place, timestamp now);
patient_view patient_card(const clinic_state& state, const room_id& room, std::optional<uint32_t> place);
guest_view guest_card(const clinic_state& state, const room_id& room);

} // namespace machiai
