#include "tests/support/naive_meter.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace machiai::test {

namespace {

struct span_of_time {
  int64_t from_ms;
  int64_t to_ms;
};

struct human {
  bool is_doctor = false;
  std::vector<stay> stays;
  std::vector<span_of_time> inside;
};

bool is_inside(const human& who, int64_t ms) {
  return std::any_of(who.inside.begin(), who.inside.end(),
                     [&](const span_of_time& x) { return x.from_ms <= ms && ms < x.to_ms; });
}

std::map<person_id, human> humans_of(const std::vector<stay>& stays, const tariff& price) {
  std::map<person_id, human> humans;
  for (const auto& x : stays) {
    auto& who = humans[x.person];
    who.is_doctor = x.party == party::doctor;
    who.stays.push_back(x);
  }
  for (auto& [id, who] : humans) {
    std::sort(who.stays.begin(), who.stays.end(),
              [](const stay& a, const stay& b) { return a.enter == b.enter ? *a.exit < *b.exit : a.enter < b.enter; });
    for (size_t i = 0; i < who.stays.size(); ++i) {
      const auto& x = who.stays[i];
      who.inside.push_back({x.enter.ms, x.exit->ms});
      if (x.reason != leave_reason::lost || i + 1 == who.stays.size())
        continue;
      const auto back_ms = who.stays[i + 1].enter.ms;
      if (back_ms - x.exit->ms <= price.reconnect_window_ms)
        who.inside.push_back({x.exit->ms, back_ms});
    }
  }
  return humans;
}

} // namespace

bill naive_measure(const std::vector<stay>& stays, const tariff& price) {
  const auto humans = humans_of(stays, price);
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
  for (const auto& x : stays) {
    first_ms = std::min(first_ms, x.enter.ms);
    last_ms = std::max(last_ms, x.exit->ms);
  }
  bill result;
  result.policy = price.additional_basis == additional_basis::peak ? "union-ceil-peak/1" : "union-ceil-distinct/1";
  std::set<person_id> shared_time_with_doctor;
  size_t most_together = 0;
  for (auto ms = first_ms; ms < last_ms; ++ms) {
    auto doctor_is_in = false;
    std::set<person_id> together;
    for (const auto& [id, who] : humans) {
      if (!is_inside(who, ms))
        continue;
      together.insert(id);
      doctor_is_in = doctor_is_in || who.is_doctor;
    }
    if (!doctor_is_in)
      continue;
    ++result.doctor_in_room_ms;
    if (!result.first_doctor_enter)
      result.first_doctor_enter = timestamp{ms};
    result.last_doctor_exit = timestamp{ms + 1};
    most_together = std::max(most_together, together.size());
    shared_time_with_doctor.merge(together);
  }
  for (auto left_ms = result.doctor_in_room_ms; left_ms > 0; left_ms -= price.unit_ms)
    ++result.units;
  if (most_together > 2)
    result.additional_participants = static_cast<int64_t>(shared_time_with_doctor.size()) - 2;
  if (price.additional_basis == additional_basis::peak && most_together > 2)
    result.additional_participants = static_cast<int64_t>(most_together) - 2;
  result.base_yen = result.units * price.unit_yen;
  result.additional_yen = result.units * result.additional_participants * price.additional_yen;
  result.total_yen_ex_tax = result.base_yen + result.additional_yen;
  return result;
}

} // namespace machiai::test
