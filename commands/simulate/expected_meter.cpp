#include "commands/simulate/expected_meter.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace machiai {

namespace {

constexpr int64_t unit_ms = 30 * 60 * 1000;
constexpr int64_t unit_yen = 100;
constexpr int64_t additional_yen = 50;
constexpr int64_t patience_ms = 30'000;

/// The same stays, closed at `now_ms`, those that ended by a loss drawn out to the return when it came in time.
std::vector<expected_stay> drawn_out(std::vector<expected_stay> stays, int64_t now_ms) {
  for (auto& x : stays)
    x.exit_ms = x.exit_ms.value_or(std::max(now_ms, x.enter_ms));
  auto result = stays;
  for (auto& x : result) {
    if (!x.lost)
      continue;
    for (const auto& next : stays)
      if (next.person == x.person && next.enter_ms >= *x.exit_ms && next.enter_ms - *x.exit_ms <= patience_ms)
        x.exit_ms = std::max(*x.exit_ms, next.enter_ms);
  }
  return result;
}

bool covers(const expected_stay& x, int64_t from_ms, int64_t to_ms) {
  return x.enter_ms <= from_ms && to_ms <= *x.exit_ms;
}

} // namespace

expected_bill reckon(const std::vector<expected_stay>& given, int64_t now_ms) {
  const auto stays = drawn_out(given, now_ms);
  std::set<int64_t> instants;
  for (const auto& x : stays) {
    instants.insert(x.enter_ms);
    instants.insert(*x.exit_ms);
  }
  expected_bill bill;
  std::set<std::string> met_a_doctor;
  size_t peak = 0;
  // Between two neighbouring instants nobody comes or goes.
  for (auto from = instants.begin(); from != instants.end() && std::next(from) != instants.end(); ++from) {
    const auto to = *std::next(from);
    std::set<std::string> inside;
    bool doctor = false;
    for (const auto& x : stays) {
      if (!covers(x, *from, to))
        continue;
      inside.insert(x.person);
      doctor = doctor || x.is_doctor;
    }
    if (!doctor)
      continue;
    bill.doctor_in_room_ms += to - *from;
    peak = std::max(peak, inside.size());
    met_a_doctor.insert(inside.begin(), inside.end());
  }
  bill.units = (bill.doctor_in_room_ms + unit_ms - 1) / unit_ms;
  bill.additional_participants = peak >= 3 ? static_cast<int64_t>(met_a_doctor.size()) - 2 : 0;
  bill.total_yen_ex_tax = bill.units * (unit_yen + additional_yen * bill.additional_participants);
  return bill;
}

} // namespace machiai
