#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Parts of what patients and guests see of a visit (card.hpp).
namespace machiai {

/// A doctor as patients and guests are told.
struct attending_doctor {
  person_id person;
  std::string name;
  std::optional<int32_t> registered_year;
};
BOOST_DESCRIBE_STRUCT(attending_doctor, (), (person, name, registered_year))

/// Somebody who was invited and has not come yet.
struct invited {
  machiai::party party = machiai::party::family;
  std::string display_name;
};
BOOST_DESCRIBE_STRUCT(invited, (), (party, display_name))

} // namespace machiai
