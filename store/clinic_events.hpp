#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"
#include "store/timestamp.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Events of the clinic itself; store/events.hpp says what holds for all.
namespace machiai {

struct clinic_created {
  static constexpr std::string_view kind = "clinic.created";
  clinic_profile profile;
  friend bool operator==(const clinic_created&, const clinic_created&) = default;
};
BOOST_DESCRIBE_STRUCT(clinic_created, (), (profile))

struct clinic_changed {
  static constexpr std::string_view kind = "clinic.changed";
  clinic_profile profile;
  friend bool operator==(const clinic_changed&, const clinic_changed&) = default;
};
BOOST_DESCRIBE_STRUCT(clinic_changed, (), (profile))

struct key_registered {
  static constexpr std::string_view kind = "clinic.key_registered";
  signing_key key;
  friend bool operator==(const key_registered&, const key_registered&) = default;
};
BOOST_DESCRIBE_STRUCT(key_registered, (), (key))

struct key_revoked {
  static constexpr std::string_view kind = "clinic.key_revoked";
  key_id key;
  friend bool operator==(const key_revoked&, const key_revoked&) = default;
};
BOOST_DESCRIBE_STRUCT(key_revoked, (), (key))

/// Every token of this person issued up to the event's time is void.
struct person_revoked {
  static constexpr std::string_view kind = "clinic.person_revoked";
  person_id person;
  friend bool operator==(const person_revoked&, const person_revoked&) = default;
};
BOOST_DESCRIBE_STRUCT(person_revoked, (), (person))

struct doctor_recorded {
  static constexpr std::string_view kind = "clinic.doctor_recorded";
  doctor_profile doctor;
  friend bool operator==(const doctor_recorded&, const doctor_recorded&) = default;
};
BOOST_DESCRIBE_STRUCT(doctor_recorded, (), (doctor))

struct patient_recorded {
  static constexpr std::string_view kind = "clinic.patient_recorded";
  patient_profile patient;
  friend bool operator==(const patient_recorded&, const patient_recorded&) = default;
};
BOOST_DESCRIBE_STRUCT(patient_recorded, (), (patient))

} // namespace machiai
