#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

#include <string>

/// What the clinic's own systems ask. A `put_` creates or replaces by the caller's id; repeating it changes nothing.
namespace machiai {

struct put_clinic {
  clinic_profile profile;
  friend bool operator==(const put_clinic&, const put_clinic&) = default;
};
BOOST_DESCRIBE_STRUCT(put_clinic, (), (profile))

struct put_key {
  signing_key key;
  friend bool operator==(const put_key&, const put_key&) = default;
};
BOOST_DESCRIBE_STRUCT(put_key, (), (key))

struct revoke_key {
  key_id key;
  friend bool operator==(const revoke_key&, const revoke_key&) = default;
};
BOOST_DESCRIBE_STRUCT(revoke_key, (), (key))

struct revoke_person {
  person_id person;
  friend bool operator==(const revoke_person&, const revoke_person&) = default;
};
BOOST_DESCRIBE_STRUCT(revoke_person, (), (person))

struct put_doctor {
  doctor_profile doctor;
  friend bool operator==(const put_doctor&, const put_doctor&) = default;
};
BOOST_DESCRIBE_STRUCT(put_doctor, (), (doctor))

struct put_patient {
  patient_profile patient;
  friend bool operator==(const put_patient&, const put_patient&) = default;
};
BOOST_DESCRIBE_STRUCT(put_patient, (), (patient))

struct put_appointment {
  machiai::appointment appointment;
  friend bool operator==(const put_appointment&, const put_appointment&) = default;
};
BOOST_DESCRIBE_STRUCT(put_appointment, (), (appointment))

struct cancel_appointment {
  room_id room;
  friend bool operator==(const cancel_appointment&, const cancel_appointment&) = default;
};
BOOST_DESCRIBE_STRUCT(cancel_appointment, (), (room))

} // namespace machiai
