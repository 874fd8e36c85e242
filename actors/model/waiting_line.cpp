#include "actors/model/waiting_line.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

namespace machiai {

namespace {

struct visit {
  timestamp arrived_at;
  const room_id* room;
  const std::vector<person_id>* doctors;
};

/// When the first of the visit's patients first arrived; nothing when none of them is waiting now. The place is the
/// visit's: it does not fall behind when the one who came first is gone and another waits on.
std::optional<timestamp> waiting_since(const room_state& room) {
  std::optional<timestamp> first;
  auto any_waits = false;
  for (const auto& who : room.participants) {
    if (who.party != party::patient || !who.first_arrived_at)
      continue;
    any_waits = any_waits || who.whereabouts == whereabouts::waiting;
    first = std::min(first.value_or(*who.first_arrived_at), *who.first_arrived_at);
  }
  return any_waits ? first : std::nullopt;
}

bool share_a_doctor(const std::vector<person_id>& a, const std::vector<person_id>& b) {
  return a.empty() || b.empty() || std::find_first_of(a.begin(), a.end(), b.begin(), b.end()) != a.end();
}

} // namespace

std::map<room_id, uint32_t> waiting_line(const clinic_state& state) {
  std::vector<visit> line;
  for (const auto& [id, room] : state.rooms) {
    const auto phase = phase_of(room);
    if (phase == room_phase::ended || phase == room_phase::cancelled)
      continue;
    if (const auto since = waiting_since(room))
      line.push_back({*since, &id, &room.appointment.doctors});
  }
  std::sort(line.begin(), line.end(), [](const visit& a, const visit& b) {
    return std::tie(a.arrived_at, *a.room) < std::tie(b.arrived_at, *b.room);
  });
  std::map<room_id, uint32_t> places;
  for (size_t i = 0; i < line.size(); ++i) {
    const auto ahead = std::count_if(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const visit& x) { return share_a_doctor(*x.doctors, *line[i].doctors); });
    places[*line[i].room] = static_cast<uint32_t>(ahead) + 1;
  }
  return places;
}

} // namespace machiai
