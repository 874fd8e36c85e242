#include "actors/doctor.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace machiai {

void doctor_actor_state::enter(const command_origin& origin, const room_id& room) {
  entries_.push_back({origin, room});
  go_on();
}

void doctor_actor_state::leave(const command_origin& origin, const room_id& room) {
  drop_entries([&](const entry& x) { return x.room == room && x.origin.session == origin.session; });
  person_actor_state::leave(origin, room);
}

bool doctor_actor_state::is_idle() const {
  return entries_.empty() && person_actor_state::is_idle();
}

void doctor_actor_state::lost(const device_lost& x) {
  drop_entries([&](const entry& waiting) { return waiting.origin.session == x.session; });
  person_actor_state::lost(x);
}

void doctor_actor_state::lose_shard(const shard_lost& x) {
  drop_entries([&](const entry& waiting) {
    return waiting.origin.session.engine == x.engine && shard_index(waiting.origin.session) == x.shard;
  });
  person_actor_state::lose_shard(x);
}

void doctor_actor_state::drop_entries(const std::function<bool(const entry&)>& which) {
  for (const auto& x : entries_)
    if (which(x))
      refuse(x.origin, x.room, make_error(ec::not_present, "the device left before it could come in"));
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
  if (leaving_ != room || !is_settled(room))
    return;
  leaving_.reset();
  go_on();
}

void doctor_actor_state::go_on() {
  while (!leaving_ && !asking_ && !entries_.empty()) {
    const auto next = entries_.front();
    // Also a leave that is still on its way, from whatever reason, comes first.
    const auto elsewhere = std::find_if(places_.begin(), places_.end(), [&](const auto& x) {
      return x.first != next.room && (x.second.there.is_present() || !is_settled(x.first));
    });
    if (elsewhere == places_.end()) {
      entries_.pop_front();
      enter_now(next.origin, next.room);
    } else if (!elsewhere->second.there.is_present()) {
      leaving_ = elsewhere->first;
    } else if (!next.is_welcome) {
      ask_for_entry(next);
    } else {
      leaving_ = elsewhere->first;
      tell_edges(*leaving_, elsewhere->second.there.leave_everywhere(now()), next.origin.who);
    }
  }
}

void doctor_actor_state::ask_for_entry(const entry& next) {
  asking_ = true;
  self_->request(clinic_, milliseconds{fixed::room_answer_timeout_ms}, check_entry{next.room, who_})
      .then([this, asked = next.origin.command](bool) { hear_of_entry(asked, {}); },
            [this, next](const caf::error& why) {
              // A clinic that is only slow is asked again; one that died takes its persons with it.
              if (why == caf::sec::request_timeout)
                ask_for_entry(next);
              else
                hear_of_entry(next.origin.command, why);
            });
}

void doctor_actor_state::hear_of_entry(const command_id& asked, const caf::error& refusal) {
  asking_ = false;
  // It may have been taken back meanwhile.
  if (!entries_.empty() && entries_.front().origin.command == asked) {
    if (refusal) {
      refuse(entries_.front().origin, entries_.front().room, refusal);
      entries_.pop_front();
    } else {
      entries_.front().is_welcome = true;
    }
  }
  go_on();
}

person_actor::behavior_type doctor(person_actor::stateful_pointer<doctor_actor_state> self, environment shared,
                                   person_start start, clinic_actor clinic) {
  self->state.init(std::move(shared), std::move(start), std::move(clinic));
  return person_behavior(self->state);
}

} // namespace machiai
