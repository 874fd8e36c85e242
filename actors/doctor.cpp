#include "actors/doctor.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace machiai {

void doctor_actor_state::enter(const command_origin& origin, const room_id& room) {
  if (leaving_) {
    entries_.emplace_back(origin, room);
    return;
  }
  const auto elsewhere = std::find_if(places_.begin(), places_.end(),
                                      [&](const auto& x) { return x.first != room && x.second.there.is_present(); });
  if (elsewhere == places_.end())
    return enter_now(origin, room);
  leaving_ = elsewhere->first;
  entries_.emplace_back(origin, room);
  tell_edges(*leaving_, elsewhere->second.there.leave_everywhere(now()), origin.who);
}

void doctor_actor_state::changed(const participation_changed& x) {
  person_actor_state::changed(x);
  if (leaving_ == x.room && x.whereabouts == whereabouts::left)
    go_on();
}

void doctor_actor_state::refused(const entry_refused& x) {
  person_actor_state::refused(x);
  if (leaving_ == x.room)
    go_on();
}

void doctor_actor_state::rebuilt(const room_rebuilt& x) {
  person_actor_state::rebuilt(x);
  if (leaving_ == x.room && x.whereabouts != whereabouts::in_room)
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
