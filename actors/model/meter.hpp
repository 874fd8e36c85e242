#pragma once

#include "store/records.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace machiai {

/// One person's time in the room: the half-open interval [enter, exit). Without `exit` the person is still in.
struct stay {
  person_id person;
  machiai::party party = machiai::party::patient;
  timestamp enter;
  std::optional<timestamp> exit;
  leave_reason reason = leave_reason::left;
  friend bool operator==(const stay&, const stay&) = default;
};
BOOST_DESCRIBE_STRUCT(stay, (), (person, party, enter, exit, reason))

/// The name of the rule with this way of counting, as it stands in the bill.
constexpr std::string_view billing_policy(additional_basis basis) {
  return basis == additional_basis::persons ? "union-ceil-distinct/1" : "union-ceil-peak/1";
}

/// The bill of one consultation by the rule of domain.md 9.2: the doctors' time in the room, united and rounded up once
/// to units, and for every person beyond two who shared at least a millisecond with a doctor the additional fee, if
/// three persons were ever together with a doctor; with `additional_basis::peak` for every one beyond two who were ever
/// together with a doctor at one time. The result depends on neither the order of `stays` nor on ids.
/// @pre every stay is closed and no exit is before its enter.
bill measure(const std::vector<stay>& stays, const tariff& price);

/// The bill as it would stand if everyone left at `now`; for showing, never for charging.
bill measure_until(std::vector<stay> stays, timestamp now, const tariff& price);

/// True while somebody is in the room: there is no bill yet.
bool has_open_stay(const std::vector<stay>& stays);

} // namespace machiai
