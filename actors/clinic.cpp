#include "actors/clinic.hpp"

#include "actors/audit_view.hpp"
#include "actors/model/clinic_rules.hpp"
#include "actors/model/invitation_view.hpp"
#include "actors/model/room_rules.hpp"
#include "actors/model/shut_out.hpp"
#include "actors/room_call.hpp"
#include "config/error.hpp"
#include "config/fail_point.hpp"
#include "metrics/engine_metrics.hpp"
#include "store/json_encode.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

shard_key key_of(const session_id& session) {
  return {session.engine, shard_index(session)};
}

bool changes_credentials(const event_payload& x) {
  return std::holds_alternative<key_registered>(x.value) || std::holds_alternative<key_revoked>(x.value) ||
         std::holds_alternative<person_revoked>(x.value);
}

} // namespace

caf::error clinic_actor_state::init(environment shared, const clinic_awakening& how, event_log_actor log,
                                    registry_actor registry) {
  const auto& woken = how.woken;
  shared_ = std::move(shared);
  counted_.emplace(shared_.metrics, actor_label::clinic);
  id_ = woken.clinic;
  log_ = std::move(log);
  registry_ = std::move(registry);
  stream_.emplace(shared_, id_);
  if (auto problem = stream_->start(woken))
    return problem;
  household_.emplace(self_, shared_, *stream_);
  household_->restore(woken.owner);
  needed_at_ = self_->clock().now();
  if (shared_.metrics)
    shared_.metrics->clinic_wake_seconds.observe(std::chrono::duration<double>(needed_at_ - how.asked_at).count());
  self_->send(self_, idle_check_due{});
  return {};
}

void clinic_actor_state::open(const open_feed& x) {
  close({x.engine, x.shard});
  const auto shard = caf::actor_cast<shard_actor>(self_->current_sender());
  feeds_[{x.engine, x.shard}] = shard;
  self_->monitor(shard);
  stream_->hold(shard_key{x.engine, x.shard}, feed_opened{id_, current_credentials()});
  end_turn();
}

void clinic_actor_state::close(const close_feed& x) {
  const auto feed = feeds_.find({x.engine, x.shard});
  if (feed == feeds_.end())
    return;
  self_->demonitor(caf::actor_cast<caf::actor_addr>(feed->second));
  feeds_.erase(feed);
}

void clinic_actor_state::watch(const subscribe& x) {
  subscribed out;
  out.clinic = id_;
  out.session = x.session;
  out.topic = x.topic;
  out.refusal = refusal_of(x);
  if (!out.refusal) {
    stream_->watch(x, out);
    watches_.add(x.session, x.topic, x.who.id);
    if (auto person = household_->person(x.who, identity_of(x)))
      out.person = caf::actor_cast<caf::strong_actor_ptr>(person);
  }
  stream_->hold(key_of(x.session), std::move(out));
  end_turn();
}

void clinic_actor_state::list_visits(const get_visits& x) {
  subscribed out;
  out.clinic = id_;
  out.session = x.session;
  out.position = stream_->where();
  if (!stream_->state().created)
    out.refusal = make_error(ec::not_found, "there is no such clinic");
  else if (is_somebody_else(x.who))
    out.refusal = make_error(ec::forbidden, "under this id the clinic knows somebody of another role");
  else
    out.frames.push_back(stream_->visits_of(x.who.id, x.room));
  stream_->hold(key_of(x.session), std::move(out));
  end_turn();
}

void clinic_actor_state::show_invitation(const get_invitation& x) {
  subscribed out;
  out.clinic = id_;
  out.session = x.session;
  out.position = stream_->where();
  const auto& state = stream_->state();
  const auto* room = find_room(state, x.room);
  if (const auto* invited = room ? valid_invitation(*room, x.invite, x.secret_hash, shared_.clock()) : nullptr)
    out.frames.push_back(encode_json(invitation_view{address_of(state.profile), invited->party, invited->display_name,
                                                     room->appointment.starts_at}));
  else
    out.refusal = make_error(ec::invite_void, "the invitation was used, withdrawn or is too old");
  stream_->hold(key_of(x.session), std::move(out));
  end_turn();
}

void clinic_actor_state::let_go(const person_idle& x) {
  const auto actor = household_->known_person(x.person);
  if (actor && actor == self_->current_sender() && !watches_.has(x.person))
    household_->let_go(x.person);
}

void clinic_actor_state::tidy_up() {
  stream_->forget_topics([this](const topic& which) { return !watches_.has(which); });
  household_->for_each_person([this](const person_id& id, const person_actor& person) {
    if (!watches_.has(id))
      self_->send(person, person_unwatched{});
  });
}

void clinic_actor_state::request(const clinic_request& x) {
  fail_point("clinic.obey");
  const auto* of_room = std::get_if<room_command>(&x.command);
  if (!stream_->begin(x.origin, of_room ? room_of(*of_room) : room_id{})) {
    repeat({x.origin});
    return;
  }
  if (const auto person = household_->known_person(x.origin.who.id))
    self_->send(person, command_taken{{x.origin.command, x.origin.digest}});
  std::visit(overloaded{[&](const clinic_command& command) { decide_here(x.origin, command); },
                        [&](const room_command& command) { ask_room(x.origin, command); }},
             x.command);
  end_turn();
}

void clinic_actor_state::decide_here(const command_origin& origin, const clinic_command& command) {
  const auto at = std::max(shared_.clock(), stream_->state().last_at);
  auto decided = decide(stream_->state(), command, shared_.settings->clinic);
  if (!decided) {
    stream_->answer(origin, at, decided.error());
    return;
  }
  auto credentials_changed = false;
  for (const auto& payload : *decided) {
    stream_->number({}, at, {origin.who.role, origin.who.id}, payload);
    credentials_changed = credentials_changed || changes_credentials(payload);
  }
  if (credentials_changed)
    stream_->announce(feed_opened{id_, current_credentials()});
  stream_->answer(origin, at, std::nullopt);
}

void clinic_actor_state::ask_room(const command_origin& origin, const room_command& command) {
  if (auto refusal = check_room_command(stream_->state(), command, shared_.settings->clinic))
    stream_->answer(origin, std::max(shared_.clock(), stream_->state().last_at), refusal);
  else
    household_->ask_room(room_of(command), room_request{origin, command});
}

void clinic_actor_state::repeat(const repeat_answer& x) {
  stream_->repeat(x.origin);
  end_turn();
}

void clinic_actor_state::pass_on(const call_message& x) {
  const auto room = room_of(x.what);
  const auto* state = find_room(stream_->state(), room);
  const auto* who = state ? find_participant(*state, x.who.id) : nullptr;
  // Nobody is in the call of a room without being there, and who is knows its actor.
  if (who && is_present(*who))
    self_->send(household_->room_for(x.who.id, room), x);
  else
    tell({id_, x.session, x.command, not_in_call(), {}});
}

void clinic_actor_state::pass_on(const call_device_lost& x) {
  const auto room = household_->rooms().find(x.room);
  if (room != household_->rooms().end())
    self_->send(room->second.actor, x);
}

void clinic_actor_state::tell(call_told x) {
  x.clinic = id_;
  const auto to = x.session ? std::optional{key_of(*x.session)} : std::nullopt;
  stream_->hold(to, std::move(x));
  end_turn();
}

void clinic_actor_state::replace(const device_replaced& x) {
  stream_->hold(key_of(x.session), session_replaced{id_, x.session});
  end_turn();
}

caf::result<room_actor> clinic_actor_state::find(const get_room& x) {
  if (!find_room(stream_->state(), x.room))
    return make_error(ec::not_found, "there is no such appointment");
  return household_->room_for(x.person, x.room);
}

caf::result<bool> clinic_actor_state::check(const check_entry& x) const {
  const auto* room = find_room(stream_->state(), x.room);
  if (!room)
    return make_error(ec::not_found, "there is no such appointment");
  if (auto decided = decide_entry(*room, x.who, shared_.clock(), shared_.policy()); !decided)
    return decided.error();
  return true;
}

void clinic_actor_state::number(const room_decided& x) {
  for (const auto& payload : x.events) {
    for (auto& person : shut_out_by(payload, find_room(stream_->state(), x.room)))
      stream_->announce(expelled{id_, x.room, std::move(person)});
    tell_person(stream_->number(x.room, x.at, x.by, payload), x);
    if (std::holds_alternative<room_archived>(payload.value)) {
      stream_->abandon(x.room);
      household_->forget_room(x.room);
    }
  }
  if (x.origin)
    stream_->answer(*x.origin, x.at, x.refusal);
  if (x.heard > 0)
    tell_place(x.room, x.person, x.heard);
  else
    household_->heard_from_room(self_->current_sender(), x.room);
  end_turn();
}

void clinic_actor_state::tell_person(const event& x, const room_decided& from) {
  const auto who = subject_of(x.payload);
  // Whoever caused the decision is told once, when all of it stands.
  if (!who.empty() && (from.heard == 0 || from.person != who))
    tell_place(x.room, who, 0);
}

void clinic_actor_state::tell_place(const room_id& room, const person_id& who, uint64_t heard) {
  const auto actor = household_->known_person(who);
  if (!actor)
    return;
  const auto* state = find_room(stream_->state(), room);
  const auto* known = state ? find_participant(*state, who) : nullptr;
  self_->send(actor, participation_changed{room, known ? known->whereabouts : whereabouts::absent, heard});
}

void clinic_actor_state::end_turn() {
  if (auto what = stream_->end_turn()) {
    fail_point("append.before");
    shared_.count_waiting(static_cast<int64_t>(rows_of(what->what)));
    self_->send(log_, std::move(*what));
    fail_point("append.after");
  } else if (stream_->is_durable())
    send_released(0, 0);
}

void clinic_actor_state::release(const appended& x) {
  fail_point("release.before");
  send_released(x.ticket, x.committed_at_us);
  fail_point("release.after");
  if (going_to_sleep_ && stream_->is_durable())
    self_->quit();
}

void clinic_actor_state::send_released(uint64_t ticket, int64_t committed_at_us) {
  for (auto& held : stream_->release(ticket)) {
    if (auto* news = std::get_if<feed>(&held.what))
      news->committed_at_us = committed_at_us;
    std::visit(
        [&](auto& message) {
          // One message for all shards: CAF counts its receivers instead of copying it.
          const auto shared = caf::make_message(std::move(message));
          for (const auto& [key, shard] : feeds_)
            if (!held.to || *held.to == key)
              shard->enqueue(self_->ctrl(), caf::make_message_id(), shared, self_->context());
        },
        held.what);
  }
}

void clinic_actor_state::give_up(const append_failed& x) {
  self_->quit(x.why);
}

clinic_view clinic_actor_state::view(const get_clinic_view& x) const {
  auto result = view_of(*stream_, *household_, x);
  for (const auto& [key, shard] : feeds_)
    result.shards.push_back(caf::actor_cast<caf::strong_actor_ptr>(shard));
  return result;
}

void clinic_actor_state::sleep() {
  going_to_sleep_ = true;
  stream_->add_snapshot();
  end_turn();
  if (stream_->is_durable())
    self_->quit();
}

bool clinic_actor_state::is_needed() const {
  if (!feeds_.empty())
    return true;
  const auto& rooms = stream_->state().rooms;
  return std::any_of(rooms.begin(), rooms.end(), [](const auto& x) {
    const auto& room = x.second;
    return count_present(room) > 0 || phase_of(room) == room_phase::in_consultation;
  });
}

void clinic_actor_state::look_around() {
  const auto now = shared_.clock();
  const auto policy = shared_.policy();
  for (const auto& [id, room] : stream_->state().rooms)
    if (const auto due = next_deadline(room, policy); due && *due <= now)
      household_->ask_room(id, room_deadline_due{});
  tidy_up();
  const milliseconds sleep_after{shared_.settings->clinic.sleep_after_ms};
  if (is_needed())
    needed_at_ = self_->clock().now();
  else if (self_->clock().now() - needed_at_ >= sleep_after)
    self_->send(registry_, clinic_idle{id_});
  self_->delayed_send(self_, std::min(sleep_after, milliseconds{30000}), idle_check_due{});
}

void clinic_actor_state::child_down(const caf::down_msg& x) {
  const auto feed =
      std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& f) { return f.second->id() == x.source.id(); });
  if (feed != feeds_.end()) {
    const shard_lost lost{feed->first.first, feed->first.second};
    household_->for_each_person([&](const person_id&, const person_actor& person) { self_->send(person, lost); });
    watches_.remove_shard(lost.engine, lost.shard);
    feeds_.erase(feed);
    return;
  }
  const auto loss = household_->bury(x);
  if (loss.room) {
    stream_->abandon(*loss.room);
    stream_->hold(std::nullopt, call_forgotten{id_, *loss.room});
  }
  if (loss.what == clinic_household::death::too_many)
    self_->quit(make_error(ec::internal, "rooms and persons of this clinic die too often"));
  else if (loss.rebuilt)
    stream_->hold(std::nullopt,
                  person_rebuilt{id_, *loss.rebuilt,
                                 caf::actor_cast<caf::strong_actor_ptr>(household_->known_person(*loss.rebuilt))});
  end_turn();
}

clinic_actor::behavior_type clinic(clinic_actor::stateful_pointer<clinic_actor_state> self, environment shared,
                                   const clinic_awakening& how, event_log_actor log, registry_actor registry) {
  self->set_down_handler([self](const caf::down_msg& x) { self->state.child_down(x); });
  if (auto problem = self->state.init(std::move(shared), how, std::move(log), std::move(registry)))
    self->quit(std::move(problem));
  return {
      [self](const open_feed& x) { self->state.open(x); },
      [self](const close_feed& x) { self->state.close(x); },
      [self](const subscribe& x) { self->state.watch(x); },
      [self](const unsubscribe& x) { self->state.unwatch(x); },
      [self](const get_visits& x) { self->state.list_visits(x); },
      [self](const get_invitation& x) { self->state.show_invitation(x); },
      [self](const person_idle& x) { self->state.let_go(x); },
      [self](const clinic_request& x) { self->state.request(x); },
      [self](const repeat_answer& x) { self->state.repeat(x); },
      [self](const call_message& x) { self->state.pass_on(x); },
      [self](const call_device_lost& x) { self->state.pass_on(x); },
      [self](const call_told& x) { self->state.tell(x); },
      [self](const device_replaced& x) { self->state.replace(x); },
      [self](const get_room& x) { return self->state.find(x); },
      [self](const check_entry& x) { return self->state.check(x); },
      [self](const room_decided& x) { self->state.number(x); },
      [self](const appended& x) { self->state.release(x); },
      [self](const append_failed& x) { self->state.give_up(x); },
      [self](const get_clinic_view& x) { return self->state.view(x); },
      [self](go_to_sleep) { self->state.sleep(); },
      [self](idle_check_due) { self->state.look_around(); },
  };
}

} // namespace machiai
