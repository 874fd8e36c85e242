#include "actors/person.hpp"

#include "config/error.hpp"
#include "config/fail_point.hpp"
#include "config/fixed_limits.hpp"

#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

principal engine_itself() {
  return {role::engine, {}};
}

} // namespace

void person_actor_state::init(environment shared, person_start start, clinic_actor clinic) {
  shared_ = std::move(shared);
  who_ = std::move(start.who);
  counted_.emplace(shared_.metrics, label_of(who_.party));
  clinic_ = std::move(clinic);
  const milliseconds patience{shared_.settings->presence.leave_after_ms};
  for (const auto& x : start.stays) {
    auto& where = place_of(x.room);
    where.there = presence::in_doubt_since(x.last_proof, patience, x.leave_not_before);
    where.announce_at = x.announce_at;
    where.attentive = x.attentive;
    wake_at(std::min(x.announce_at, *where.there.deadline()));
  }
  for (const auto& command : start.answered)
    static_cast<void>(see(command.command, {{}, {}, command.digest}));
}

std::optional<person_actor_state::sighting> person_actor_state::see(const command_id& command, const sighting& where) {
  const auto [it, is_new] = seen_.try_emplace(command, where);
  if (!is_new)
    return it->second;
  seen_order_.push_back(command);
  // As many as the clinic remembers answers for: an older one is nobody's repetition any more.
  if (seen_order_.size() > shared_.settings->command.remember_max) {
    seen_.erase(seen_order_.front());
    seen_order_.pop_front();
  }
  return std::nullopt;
}

person_actor_state::place& person_actor_state::place_of(const room_id& room) {
  const auto it = places_.find(room);
  if (it != places_.end())
    return it->second;
  const milliseconds patience{shared_.settings->presence.leave_after_ms};
  auto& where = places_.emplace(room, place{presence{patience}}).first->second;
  // Above every stamp of this person's former actors.
  where.sent = where.heard = self_->id() << 32U;
  return where;
}

bool person_actor_state::is_settled(const room_id& room) const {
  const auto it = places_.find(room);
  return it == places_.end() || it->second.heard == it->second.sent;
}

void person_actor_state::obey(const device_command& x) {
  fail_point("person.obey");
  if (!x.device.empty())
    devices_[x.origin.session] = x.device;
  if (const auto before = see(x.origin.command, {room_of(x.command), x.origin.session, x.origin.digest})) {
    // The answer is the same, but a device that asks again on a new connection is there by that one.
    const auto enters = std::holds_alternative<enter_waiting_room>(x.command.value) ||
                        std::holds_alternative<enter_room>(x.command.value);
    if (enters && may_be_same(before->digest, x.origin.digest) && before->session != x.origin.session)
      back({x.origin.session, room_of(x.command), true});
    self_->send(clinic_, repeat_answer{x.origin});
    return;
  }
  struct handler {
    person_actor_state& state;
    const command_origin& origin;
    void operator()(const enter_waiting_room& c) const { state.enter(origin, c.room); }
    void operator()(const enter_room& c) const { state.enter(origin, c.room); }
    void operator()(const leave_room& c) const { state.leave(origin, c.room); }
    void operator()(const set_attention& c) const { state.attend(origin, c); }
    void operator()(const set_media& c) const { state.tell_room(c.room, person_reports{origin, state.who_.person, c}); }
    void operator()(const report_device_test& c) const {
      state.tell_room(c.room, person_reports{origin, state.who_.person, c});
    }
  };
  std::visit(handler{*this, x.origin}, x.command.value);
}

void person_actor_state::enter(const command_origin& origin, const room_id& room) {
  enter_now(origin, room);
}

void person_actor_state::enter_now(const command_origin& origin, const room_id& room) {
  auto& where = place_of(room);
  const auto former = predecessor(origin.session, where);
  const auto others = where.there.device_count() - (former ? 1 : 0);
  if (!where.there.has_device(origin.session) && others >= shared_.settings->presence.devices_max)
    return refuse(origin, room, make_error(ec::limit_reached, "presence.devices_max devices are in this room"));
  const auto was_in_doubt = where.there.in_doubt();
  auto before = where.there.connect(origin.session, now());
  for (const auto& session : std::exchange(where.returned, {}))
    static_cast<void>(where.there.connect(session, now()));
  if (former)
    replace(*former, where);
  where.announce_at.reset();
  where.last_edge = presence_edge{presence_change::entered, now()};
  // Whoever comes in counts as attentive until a page says otherwise; who comes back, as it was before.
  if (std::any_of(before.begin(), before.end(), [](const auto& x) { return x.change == presence_change::entered; }))
    where.attentive = true;
  else if (was_in_doubt)
    where.there.set_attentive(origin.session, where.attentive.value_or(true));
  // The entrance itself is the room's to decide; only a leave that nobody had noticed yet comes before it.
  std::erase_if(before, [](const presence_edge& x) { return x.change != presence_change::left; });
  tell_room(room, person_enters{origin, who_, std::move(before)});
  tell_attention(room);
}

std::optional<session_id> person_actor_state::predecessor(const session_id& session, const place& where) const {
  const auto own = devices_.find(session);
  if (own == devices_.end())
    return std::nullopt;
  for (const auto& [other, device] : devices_)
    if (other != session && device == own->second && where.there.has_device(other))
      return other;
  return std::nullopt;
}

void person_actor_state::replace(const session_id& session, place& where) {
  where.there.replace(session);
  const auto is_elsewhere =
      std::any_of(places_.begin(), places_.end(), [&](const auto& x) { return x.second.there.has_device(session); });
  if (!is_elsewhere)
    self_->send(clinic_, device_replaced{session});
}

void person_actor_state::leave(const command_origin& origin, const room_id& room) {
  forget_returned([&](const session_id& x) { return x == origin.session; });
  tell_edges(room, place_of(room).there.leave(origin.session, now()), origin.who, origin);
}

void person_actor_state::attend(const command_origin& origin, const set_attention& x) {
  auto& there = place_of(x.room).there;
  there.set_attentive(origin.session, x.attentive);
  place_of(x.room).attentive = there.attentive();
  tell_room(x.room, person_attends{origin, who_.person, there.attentive()});
}

void person_actor_state::tell_attention(const room_id& room) {
  auto& where = place_of(room);
  const auto attentive = where.there.attentive();
  if (!where.there.is_present() || where.there.in_doubt() || where.attentive == attentive)
    return;
  where.attentive = attentive;
  tell_room(room, person_attends{std::nullopt, who_.person, attentive});
}

void person_actor_state::refuse(const command_origin& origin, const room_id& room, caf::error why) {
  self_->send(clinic_, room_decided{room, now(), {origin.who.role, origin.who.id}, {}, origin, std::move(why), {}, 0});
}

void person_actor_state::tell_edges(const room_id& room, presence_edges edges, const principal& by,
                                    std::optional<command_origin> origin) {
  auto& where = place_of(room);
  if (!edges.empty()) {
    where.last_edge = edges.back();
    where.announce_at.reset();
  }
  wake_at(where.there.deadline());
  if (!edges.empty() || origin)
    tell_room(room, person_moved{std::move(origin), by, who_.person, std::move(edges)});
  tell_attention(room);
}

void person_actor_state::each_place_with(const session_id& session,
                                         const std::function<presence_edges(presence&)>& change) {
  for (auto& [room, where] : places_)
    if (where.there.has_device(session))
      tell_edges(room, change(where.there), engine_itself());
}

void person_actor_state::silent(const device_silent& x) {
  each_place_with(x.session, [&](presence& there) { return there.doubt(x.session, x.last_proof); });
}

void person_actor_state::alive(const device_alive& x) {
  each_place_with(x.session, [&](presence& there) {
    // After the patience the stay is over; the device has to come in again.
    auto overdue = there.tick(now());
    return overdue.empty() ? there.connect(x.session, now()) : overdue;
  });
}

void person_actor_state::lost(const device_lost& x) {
  devices_.erase(x.session);
  forget_returned([&](const session_id& session) { return session == x.session; });
  each_place_with(x.session, [&](presence& there) { return there.lose(x.session, x.last_proof); });
}

void person_actor_state::back(const device_back& x) {
  auto& where = place_of(x.room);
  if (auto overdue = where.there.tick(now()); !overdue.empty())
    return tell_edges(x.room, std::move(overdue), engine_itself());
  if (!where.there.is_present()) {
    if (where.returned.size() < shared_.settings->presence.devices_max)
      where.returned.push_back(x.session);
    return;
  }
  auto edges = where.there.connect(x.session, now());
  where.there.set_attentive(x.session, x.attentive);
  tell_edges(x.room, std::move(edges), engine_itself());
}

void person_actor_state::forget_returned(const std::function<bool(const session_id&)>& which) {
  for (auto& [room, where] : places_)
    std::erase_if(where.returned, which);
}

void person_actor_state::lose_shard(const shard_lost& x) {
  const auto at = now();
  const auto is_there = [&](const session_id& session) {
    return session.engine == x.engine && shard_index(session) == x.shard;
  };
  forget_returned(is_there);
  std::erase_if(devices_, [&](const auto& known) { return is_there(known.first); });
  for (auto& [room, where] : places_)
    for (const auto& session : where.there.sessions())
      if (is_there(session))
        tell_edges(room, where.there.lose(session, at), engine_itself());
}

void person_actor_state::changed(const participation_changed& x) {
  auto& where = place_of(x.room);
  where.heard = std::max(where.heard, x.heard);
  if (where.heard == where.sent)
    agree(x.room, x.whereabouts);
}

void person_actor_state::agree(const room_id& room, whereabouts logged) {
  auto& where = place_of(room);
  const auto logged_present = logged == whereabouts::waiting || logged == whereabouts::in_room;
  if (logged_present == where.there.is_present())
    return;
  where.announce_at.reset();
  if (!logged_present)
    return where.there.end();
  // A former actor of this person let it in and died before it could know.
  const auto at = now();
  where.attentive.reset();
  where.there = presence::in_doubt_since(at, milliseconds{shared_.settings->presence.leave_after_ms}, at);
  for (const auto& session : std::exchange(where.returned, {}))
    static_cast<void>(where.there.connect(session, at));
  if (!where.there.in_doubt())
    return;
  where.announce_at = at + milliseconds{shared_.settings->connection.doubt_after_ms};
  wake_at(std::min(*where.announce_at, *where.there.deadline()));
}

void person_actor_state::rebuilt(const room_rebuilt& x) {
  std::erase_if(seen_, [&](const auto& command) {
    return command.second.room == x.room &&
           std::none_of(x.answered.begin(), x.answered.end(),
                        [&](const used_command& used) { return used.command == command.first; });
  });
  std::erase_if(seen_order_, [&](const command_id& command) { return !seen_.contains(command); });
  const auto it = places_.find(x.room);
  if (it == places_.end())
    return;
  auto& where = it->second;
  where.room = nullptr;
  where.attentive.reset();
  // What waits for the room was not lost with the old one.
  where.heard = where.sent - where.waiting.size();
  const auto logged_present = x.whereabouts == whereabouts::waiting || x.whereabouts == whereabouts::in_room;
  if (where.last_edge && logged_present)
    tell_edges(x.room, {*where.last_edge}, engine_itself());
  else if (where.waiting.empty())
    agree(x.room, x.whereabouts);
  // Archived rooms would add up in a person who is never idle.
  if (x.whereabouts == whereabouts::absent && is_idle_at(where))
    places_.erase(x.room);
}

void person_actor_state::announce(const room_id& room, place& where) {
  if (!where.announce_at || now() < *where.announce_at || !where.there.in_doubt())
    return;
  const auto since = where.there.doubt_since();
  tell_edges(room, {{presence_change::unstable, *since}}, engine_itself());
}

void person_actor_state::pass_time() {
  for (auto& [room, where] : places_) {
    announce(room, where);
    if (auto edges = where.there.tick(now()); !edges.empty())
      tell_edges(room, std::move(edges), engine_itself());
    else
      wake_at(where.there.deadline());
  }
}

void person_actor_state::wake_at(std::optional<timestamp> due) {
  if (due)
    self_->delayed_send(self_, std::max(*due - now(), milliseconds{1}), presence_due{});
}

template <class Message>
void person_actor_state::tell_room(const room_id& room, Message x) {
  auto& where = place_of(room);
  x.stamp = ++where.sent;
  if (where.room) {
    self_->send(where.room, std::move(x));
    return;
  }
  where.waiting.emplace_back(std::move(x));
  if (!std::exchange(where.asking, true))
    ask_for_room(room);
}

void person_actor_state::ask_for_room(const room_id& room) {
  self_->request(clinic_, milliseconds{fixed::room_answer_timeout_ms}, get_room{room, who_.person})
      .then(
          [this, room](const room_actor& found) {
            auto& where = place_of(room);
            where.asking = false;
            where.room = found;
            for (auto& x : std::exchange(where.waiting, {}))
              std::visit([&](auto& message) { self_->send(found, std::move(message)); }, x);
          },
          [this, room](const caf::error& why) {
            // A clinic that is only slow has to hear of a leave all the same.
            if (why == caf::sec::request_timeout)
              ask_for_room(room);
            else
              give_up_room(room, why);
          });
}

void person_actor_state::give_up_room(const room_id& room, const caf::error& why) {
  auto& where = place_of(room);
  where.asking = false;
  for (auto& x : std::exchange(where.waiting, {}))
    std::visit(
        [&](const auto& message) {
          const std::optional<command_origin> origin = message.origin;
          if (origin)
            refuse(*origin, room, why);
        },
        x);
  where.returned.clear();
  changed({room, whereabouts::absent, where.sent});
  // Whoever asks for rooms that do not exist leaves nothing behind.
  if (const auto it = places_.find(room); !it->second.there.is_present() && it->second.waiting.empty())
    places_.erase(it);
}

bool person_actor_state::is_idle_at(const place& where) {
  return !where.there.is_present() && where.returned.empty() && where.waiting.empty() && where.heard == where.sent;
}

bool person_actor_state::is_idle() const {
  return std::all_of(places_.begin(), places_.end(), [](const auto& x) { return is_idle_at(x.second); });
}

void person_actor_state::rest() {
  if (is_idle())
    self_->send(clinic_, person_idle{who_.person});
}

person_actor::behavior_type person_behavior(person_actor_state& state) {
  return {
      [&state](const device_command& x) { state.obey(x); },
      [&state](const command_taken& x) { state.take(x); },
      [&state](const device_silent& x) { state.silent(x); },
      [&state](const device_alive& x) { state.alive(x); },
      [&state](const device_lost& x) { state.lost(x); },
      [&state](const device_back& x) { state.back(x); },
      [&state](const shard_lost& x) { state.lose_shard(x); },
      [&state](const participation_changed& x) { state.changed(x); },
      [&state](const room_rebuilt& x) { state.rebuilt(x); },
      [&state](person_unwatched) { state.rest(); },
      [&state](const person_renamed& x) { state.rename(x); },
      [&state](presence_due) { state.pass_time(); },
  };
}

} // namespace machiai
