#include "actors/audit_view.hpp"

#include "actors/clinic_household.hpp"
#include "actors/clinic_stream.hpp"

namespace machiai {

clinic_view view_of(const clinic_stream& stream, const clinic_household& household, const get_clinic_view& wish) {
  clinic_view result;
  result.position = stream.where();
  result.head = stream.head();
  result.is_durable = stream.is_durable();
  const auto& rooms = stream.state().rooms;
  const auto& actors = household.rooms();
  auto it = rooms.upper_bound(wish.after);
  for (; it != rooms.end() && result.rooms.size() < wish.rooms_max; ++it) {
    const auto actor = actors.find(it->first);
    auto address = actor == actors.end() ? nullptr : caf::actor_cast<caf::strong_actor_ptr>(actor->second.actor);
    result.rooms.push_back({it->first, it->second, std::move(address)});
  }
  result.more = it != rooms.end();
  return result;
}

} // namespace machiai
