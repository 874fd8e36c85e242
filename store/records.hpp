#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/timestamp.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace machiai {

/// What a token lets its holder be. `engine` is the engine acting by itself (timers) and never in a token.
BOOST_DEFINE_ENUM_CLASS(role, operator_, system, staff, doctor, patient, guest, engine)

/// What a person is in a consultation. Guests are everything but doctor and patient.
BOOST_DEFINE_ENUM_CLASS(party, doctor, patient, family, nurse, specialist, interpreter)

/// Why a stay ended: the person said so, the connection was lost, staff removed the person or sent it back to the
/// waiting room, or the consultation ended.
BOOST_DEFINE_ENUM_CLASS(leave_reason, left, lost, removed, sent_back, ended)

/// Who ended a consultation: clinic staff or the doctor, or rule R18's four hours without a doctor.
BOOST_DEFINE_ENUM_CLASS(end_reason, by_clinic, no_doctor)

/// What the test of one part of a device found. `refused`: the browser or the person did not allow it; `missing`: there
/// is no such part.
BOOST_DEFINE_ENUM_CLASS(device_check, passed, failed, refused, missing, skipped)

/// What somebody in the room sends.
struct media_state {
  bool video = false;
  bool audio = false;
  friend bool operator==(const media_state&, const media_state&) = default;
};
BOOST_DESCRIBE_STRUCT(media_state, (), (video, audio))

/// Who caused an event.
struct author {
  machiai::role role = machiai::role::engine;
  person_id id;
  friend bool operator==(const author&, const author&) = default;
};
BOOST_DESCRIBE_STRUCT(author, (), (role, id))

/// What is not recorded is absent, here and in the profiles below: stored events of before the field existed read so.
struct clinic_profile {
  std::string name;
  /// Shown to patients.
  std::optional<std::string> phone = std::nullopt;
  std::optional<std::string> address = std::nullopt;
  /// Minutes of waiting after which consoles change colour, and change it again.
  std::optional<int32_t> waiting_warn_min = std::nullopt;
  std::optional<int32_t> waiting_alert_min = std::nullopt;
  friend bool operator==(const clinic_profile&, const clinic_profile&) = default;
};
BOOST_DESCRIBE_STRUCT(clinic_profile, (), (name, phone, address, waiting_warn_min, waiting_alert_min))

/// A key that signs tokens of this clinic. `material` is a PEM public key, or for HS256 the sealed secret: the store
/// never holds a secret in the clear.
struct signing_key {
  key_id key;
  std::string algorithm;
  std::string material;
  friend bool operator==(const signing_key&, const signing_key&) = default;
};
BOOST_DESCRIBE_STRUCT(signing_key, (), (key, algorithm, material))

struct doctor_profile {
  person_id doctor;
  std::string name;
  /// Of the entry in the register of doctors.
  std::optional<int32_t> registered_year = std::nullopt;
  friend bool operator==(const doctor_profile&, const doctor_profile&) = default;
};
BOOST_DESCRIBE_STRUCT(doctor_profile, (), (doctor, name, registered_year))

struct patient_profile {
  person_id patient;
  std::string name;
  std::string kana;
  std::string chart_number;
  bool card_registered = false;
  friend bool operator==(const patient_profile&, const patient_profile&) = default;
};
BOOST_DESCRIBE_STRUCT(patient_profile, (), (patient, name, kana, chart_number, card_registered))

struct appointment {
  room_id room;
  timestamp starts_at;
  int32_t duration_min = 15;
  std::string menu;
  std::vector<person_id> patients;
  std::vector<person_id> doctors;
  /// Charged like any other (domain.md R16), but marked in the statement.
  bool is_test = false;
  friend bool operator==(const appointment&, const appointment&) = default;
};
BOOST_DESCRIBE_STRUCT(appointment, (), (room, starts_at, duration_min, menu, patients, doctors, is_test))

/// Whom the additional fee counts: everybody who shared time with a doctor, or how many were there at most at one time.
/// They differ when one guest takes another's place (domain.md R12; a clinic's contract says which).
BOOST_DEFINE_ENUM_CLASS(additional_basis, persons, peak)

/// What the time of a consultation costs, and the meter's patience. In whole yen without consumption tax.
struct tariff {
  int64_t unit_ms = 30 * 60 * 1000;
  int64_t unit_yen = 100;
  int64_t additional_yen = 50;
  /// Two stays of one person count as one when the first ended by a lost connection and the second began within this
  /// time of it. An explicit leave is never bridged (domain.md R4, R5).
  int64_t reconnect_window_ms = 30000;
  machiai::additional_basis additional_basis = machiai::additional_basis::persons;
  friend bool operator==(const tariff&, const tariff&) = default;
};
BOOST_DESCRIBE_STRUCT(tariff, (), (unit_ms, unit_yen, additional_yen, reconnect_window_ms, additional_basis))

/// What one consultation costs (domain.md 9.2), in whole yen without consumption tax.
struct bill {
  /// The rule it was computed by, `union-ceil-distinct/1` or `union-ceil-peak/1`.
  std::string policy;
  int64_t doctor_in_room_ms = 0;
  int64_t units = 0;
  int64_t additional_participants = 0;
  int64_t base_yen = 0;
  int64_t additional_yen = 0;
  int64_t total_yen_ex_tax = 0;
  /// First entry of a doctor and end of the last doctor's stay; absent when no doctor was in the room (R15).
  std::optional<timestamp> first_doctor_enter;
  std::optional<timestamp> last_doctor_exit;
  friend bool operator==(const bill&, const bill&) = default;
};
BOOST_DESCRIBE_STRUCT(bill, (),
                      (policy, doctor_in_room_ms, units, additional_participants, base_yen, additional_yen,
                       total_yen_ex_tax, first_doctor_enter, last_doctor_exit))

} // namespace machiai
