#include "actors/model/meter.hpp"

#include "config/error.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace machiai {

namespace {

struct interval {
  timestamp enter;
  timestamp exit;
  leave_reason reason = leave_reason::left;
};

/// One person's stays in order, with lost connections bridged and overlaps united; empty stays are gone.
std::vector<interval> unite(std::vector<interval> stays, milliseconds reconnect_window) {
  std::sort(stays.begin(), stays.end(),
            [](const interval& a, const interval& b) { return std::tie(a.enter, a.exit) < std::tie(b.enter, b.exit); });
  std::vector<interval> result;
  for (const auto& next : stays) {
    if (!result.empty()) {
      auto& last = result.back();
      const auto bridged = last.reason == leave_reason::lost && next.enter - last.exit <= reconnect_window;
      if (bridged || next.enter <= last.exit) {
        if (next.exit >= last.exit)
          last = {last.enter, next.exit, next.reason};
        continue;
      }
    }
    result.push_back(next);
  }
  std::erase_if(result, [](const interval& x) { return x.enter == x.exit; });
  return result;
}

struct edge {
  timestamp at;
  bool enter = false;
  bool is_doctor = false;
  size_t person = 0;
};

std::vector<edge> edges_of(const std::vector<stay>& stays, milliseconds reconnect_window) {
  std::map<std::pair<person_id, bool>, std::vector<interval>> by_person;
  for (const auto& x : stays) {
    invariant(x.exit.has_value() && x.enter <= *x.exit, "the meter measures closed stays");
    by_person[{x.person, x.party == party::doctor}].push_back({x.enter, *x.exit, x.reason});
  }
  std::vector<edge> edges;
  size_t person = 0;
  for (auto& [key, intervals] : by_person) {
    for (const auto& x : unite(std::move(intervals), reconnect_window)) {
      edges.push_back({x.enter, true, key.second, person});
      edges.push_back({x.exit, false, key.second, person});
    }
    ++person;
  }
  std::sort(edges.begin(), edges.end(), [](const edge& a, const edge& b) { return a.at < b.at; });
  return edges;
}

int64_t round_up(int64_t length_ms, int64_t unit_ms) {
  return (length_ms + unit_ms - 1) / unit_ms;
}

} // namespace

bill measure(const std::vector<stay>& stays, const tariff& price) {
  bill result;
  result.policy = billing_policy(price.additional_basis);
  const auto edges = edges_of(stays, milliseconds{price.reconnect_window_ms});
  std::set<size_t> present;
  std::set<size_t> together_with_doctor;
  size_t doctors = 0;
  size_t peak = 0;
  for (size_t i = 0; i < edges.size(); ++i) {
    const auto& x = edges[i];
    if (x.enter)
      present.insert(x.person);
    else
      present.erase(x.person);
    if (x.is_doctor)
      doctors = x.enter ? doctors + 1 : doctors - 1;
    const auto segment_ends = i + 1 < edges.size() && edges[i + 1].at > x.at;
    if (!segment_ends || doctors == 0)
      continue;
    if (!result.first_doctor_enter)
      result.first_doctor_enter = x.at;
    result.last_doctor_exit = edges[i + 1].at;
    result.doctor_in_room_ms += (edges[i + 1].at - x.at).count();
    peak = std::max(peak, present.size());
    together_with_doctor.insert(present.begin(), present.end());
  }
  result.units = round_up(result.doctor_in_room_ms, price.unit_ms);
  const auto charged = price.additional_basis == additional_basis::persons ? together_with_doctor.size() : peak;
  if (peak >= 3)
    result.additional_participants = static_cast<int64_t>(charged) - 2;
  result.base_yen = price.unit_yen * result.units;
  result.additional_yen = price.additional_yen * result.additional_participants * result.units;
  result.total_yen_ex_tax = result.base_yen + result.additional_yen;
  return result;
}

bill measure_until(std::vector<stay> stays, timestamp now, const tariff& price) {
  for (auto& x : stays)
    if (!x.exit)
      x.exit = std::max(x.enter, now);
  return measure(stays, price);
}

bool has_open_stay(const std::vector<stay>& stays) {
  return std::any_of(stays.begin(), stays.end(), [](const stay& x) { return !x.exit; });
}

} // namespace machiai
