#pragma once

#include "actors/model/card.hpp"

#include <optional>
#include <string>
#include <vector>

namespace machiai {

/// A clinic as its patients are told.
struct clinic_address {
  std::string name;
  std::optional<std::string> phone;
  std::optional<std::string> address;
};
BOOST_DESCRIBE_STRUCT(clinic_address, (), (name, phone, address))

inline clinic_address address_of(const clinic_profile& clinic) {
  return {clinic.name, clinic.phone, clinic.address};
}

/// All visits of one patient.
struct patient_visits {
  clinic_address clinic;
  std::vector<patient_view> visits;
};
BOOST_DESCRIBE_STRUCT(patient_visits, (), (clinic, visits))

} // namespace machiai
