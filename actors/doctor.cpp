#include "actors/doctor.hpp"

#include "config/error.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace machiai {

void doctor_actor_state::enter(const command_origin& origin, const room_id& room) {
  if (leaving_) {
    entries_.emplace_back(origin, room);
    return;
  }
  // Also a leave that is still on its way, from whatever reason, comes first.
  const auto elsewhere = std::find_if(places_.begin(), places_.end(), [&](const auto& x) {
    return x.first != room && (x.second.there.is_present() || !is_settled(x.first));
  });
  if (elsewhere == places_.end())
    return enter_now(origin, room);
  leaving_ = elsewhere->first;
  entries_.emplace_back(origin, room);
  if (elsewhere->second.there.is_present())
    tell_edges(*leaving_, elsewhere->second.there.leave_everywhere(now()), origin.who);
}

void doctor_actor_state::leave(const command_origin& origin, const room_id& room) {
  drop_entries([&](const entry& x) { return x.second == room && x.first.session == origin.session; });
  person_actor_state::leave(origin, room);
}

void doctor_actor_state::lost(const device_lost& x) {
  drop_entries([&](const entry& waiting) { return waiting.first.session == x.session; });
  person_actor_state::lost(x);
}

void doctor_actor_state::lose_shard(const shard_lost& x) {
  drop_entries([&](const entry& waiting) {
    return waiting.first.session.engine == x.engine && shard_index(waiting.first.session) == x.shard;
  });
  person_actor_state::lose_shard(x);
}

void doctor_actor_state::drop_entries(const std::function<bool(const entry&)>& which) {
  for (const auto& [origin, room] : entries_)
    if (which({origin, room}))
      refuse(origin, room, make_error(ec::not_present, "the device left before it could come in"));
  std::erase_if(entries_, which);
}

void doctor_actor_state::changed(const participation_changed& x) {
  person_actor_state::changed(x);
  go_on_if_left(x.room);
}

void doctor_actor_state::rebuilt(const room_rebuilt& x) {
  person_actor_state::rebuilt(x);
  go_on_if_left(x.room);
}

void doctor_actor_state::go_on_if_left(const room_id& room) {
  if (leaving_ == room && is_settled(room))
    go_on();
}

void doctor_actor_state::go_on() {
  leaving_.reset();
  while (!leaving_ && !entries_.empty()) {
    const auto [origin, room] = entries_.front();
    entries_.pop_front();
    enter(origin, room);
  }
}

person_actor::behavior_type doctor(person_actor::stateful_pointer<doctor_actor_state> self, environment shared,
                                   person_start start, clinic_actor clinic) {
  self->state.init(std::move(shared), std::move(start), std::move(clinic));
  return person_behavior(self->state);
}

} // namespace machiai
