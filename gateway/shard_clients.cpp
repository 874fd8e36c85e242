#include "gateway/access_table.hpp"
#include "gateway/api_route.hpp"
#include "gateway/close_code.hpp"
#include "gateway/command_digest.hpp"
#include "gateway/http_api.hpp"
#include "gateway/invite_secret.hpp"
#include "gateway/shard.hpp"

#include <algorithm>
#include <utility>

/// \file The half of a shard that listens to clients.
namespace machiai {

namespace {

audience audience_of(role who) {
  switch (who) {
  case role::patient:
    return audience::patient;
  case role::guest:
    return audience::guest;
  default:
    return audience::staff;
  }
}

} // namespace

void shard::on_request(connection_id from, http_request request) {
  const auto is_page = context_.pages && request.role == listener_role::clients && !is_api_path(request.path());
  if (!is_page)
    return http_->handle(from, std::move(request));
  const auto response = context_.pages->answer(request);
  if (const auto* metrics = context_.shared.metrics)
    metrics->count_http_request(pages_route, response.status);
  io_.respond(from, response);
}

void shard::on_open(connection_id id, const http_request& upgrade) {
  auto& s = sessions_[id];
  s.connection = id;
  s.remote_address = upgrade.remote_address;
}

void shard::on_text(connection_id id, std::string_view message) {
  auto* s = find(id);
  if (!s || s->at == session::stage::closing)
    return;
  auto decoded = decode_message(message);
  if (auto* wrong = std::get_if<protocol_error>(&decoded)) {
    if (s->at == session::stage::fresh)
      return end(*s, wrong->why);
    metrics_.unknown_command();
    send_text(*s, wrong->id ? refusal_frame(*wrong->id, wrong->why) : error_frame(wrong->why));
    return;
  }
  auto& received = std::get<client_message>(decoded);
  if (auto* x = std::get_if<hello>(&received)) {
    if (s->at == session::stage::fresh)
      return greet(*s, std::move(*x));
    metrics_.command_done(command_kind::hello, outcome_label::refused);
    send_text(*s, error_frame(make_error(ec::wrong_state, "hello was said already")));
  } else if (s->at == session::stage::fresh) {
    end(*s, make_error(ec::unauthenticated, "say hello first"));
  } else if (is_expired(*s)) {
    const auto* command = std::get_if<addressed_command>(&received);
    metrics_.command_done(command ? command->kind : command_kind::renew, outcome_label::refused);
    end(*s, to_error(auth_failure::expired));
  } else if (auto* fresh_token = std::get_if<renew>(&received)) {
    renew_token(*s, *fresh_token);
  } else if (std::holds_alternative<ask_beat>(received)) {
    send_beat(*s);
  } else {
    obey(*s, std::move(std::get<addressed_command>(received)));
  }
}

void shard::greet(session& s, hello x) {
  if (draining_) {
    metrics_.refused_draining();
    return end(s, make_error(ec::draining, "the engine is going down for a restart"));
  }
  if (common_->failures.is_blocked(s.remote_address, io_shard::now_ms())) {
    metrics_.token_refused_unseen();
    return end(s, make_error(ec::rate_limited, "too many tokens that do not verify"));
  }
  auto read = read_token(x.token);
  if (auto* failure = std::get_if<auth_failure>(&read))
    return refuse_token(s, *failure);
  auto& token = std::get<unverified_token>(read);
  if (token.claims.clinic.empty()) {
    // Only the operator's own key can sign such a token, and it needs no clinic to be checked.
    const auto checked = check_token(token);
    if (const auto* failure = std::get_if<auth_failure>(&checked))
      return refuse_token(s, *failure);
    return end(s, make_error(ec::forbidden, "an operator has no console"));
  }
  s.at = session::stage::joining;
  s.greeting = std::move(x);
  const auto clinic = token.claims.clinic;
  with_clinic(clinic, false, [this, id = s.connection, token = std::move(token)](const caf::error* refusal) {
    auto* waiting = find(id);
    if (!waiting || waiting->at != session::stage::joining)
      return;
    if (!refusal)
      return join(*waiting, token);
    // A clinic that does not exist answers like a token that does not verify.
    if (code_of(*refusal) == ec::not_found)
      refuse_token(*waiting, auth_failure::unknown_key);
    else
      end(*waiting, *refusal);
  });
}

void shard::refuse_token(session& s, auth_failure why) {
  metrics_.token_refused(why);
  common_->failures.count(s.remote_address, io_shard::now_ms());
  end(s, to_error(why));
}

void shard::join(session& s, const unverified_token& token) {
  auto checked = check_token(token);
  if (auto* failure = std::get_if<auth_failure>(&checked))
    return refuse_token(s, *failure);
  s.claims = std::move(std::get<token_claims>(checked));
  const auto& wanted = s.greeting->room;
  const auto room = s.claims.room.value_or(wanted.value_or(room_id{}));
  if (!may(s.claims, command_kind::hello, s.claims.clinic, wanted.value_or(room_id{})))
    return end(s, make_error(ec::forbidden, "this token may not watch that"));
  s.topic.audience = audience_of(s.claims.role);
  s.device = s.greeting->device.value_or(device_id{});
  if (s.topic.audience != audience::staff) {
    if (room.empty())
      return end(s, make_error(ec::malformed, "room: which visit?"));
    s.topic.room = room;
  }
  links_.at(s.claims.clinic).sessions.insert(s.connection);
  subscribe_session(s, s.greeting->resume);
}

void shard::subscribe_session(session& s, std::optional<position> resume) {
  auto& link = links_.at(s.claims.clinic);
  send_subscribe(
      link, {session_of(s.connection), principal_of(s.claims), s.claims.display_name.value_or(""), s.topic, resume});
}

void shard::renew_token(session& s, const renew& x) {
  const auto refuse = [&](const caf::error& why) {
    metrics_.command_done(command_kind::renew, outcome_label::refused);
    send_text(s, refusal_frame(x.id, why));
  };
  const auto refuse_new_token = [&](auth_failure why) {
    metrics_.token_refused(why);
    refuse(to_error(why));
  };
  auto read = read_token(x.token);
  auto* token = std::get_if<unverified_token>(&read);
  if (!token)
    return refuse_new_token(std::get<auth_failure>(read));
  auto checked = check_token(*token);
  auto* claims = std::get_if<token_claims>(&checked);
  if (!claims)
    return refuse_new_token(std::get<auth_failure>(checked));
  if (claims->role != s.claims.role || claims->clinic != s.claims.clinic || claims->person != s.claims.person)
    return refuse(make_error(ec::forbidden, "the new token is of somebody else"));
  if (claims->room != s.claims.room)
    return refuse(make_error(ec::forbidden, "the new token is for another room"));
  s.claims = std::move(*claims);
  metrics_.command_done(command_kind::renew, outcome_label::ok);
  send_text(s, renewed_frame(x.id, s.claims.expires_at));
}

caf::error shard::too_many_in_flight() {
  return make_error(ec::rate_limited, "too many commands are in flight");
}

std::optional<caf::error> shard::refusal_of(const session& s, const addressed_command& x) const {
  const auto& limits = context_.shared.settings->command;
  if (s.at != session::stage::open)
    return make_error(ec::wrong_state, "wait for the welcome");
  if (!may(s.claims, x.kind, s.claims.clinic, room_of(x)))
    return make_error(ec::forbidden, "this role may not do that here");
  if (draining_)
    return make_error(ec::draining, "the engine is going down for a restart");
  const auto link = links_.find(s.claims.clinic);
  if (link == links_.end() || link->second.at != clinic_link::stage::open)
    return make_error(ec::store_unavailable, "the clinic is being woken");
  if (!context_.shared.store_takes_commands())
    return make_error(ec::store_unavailable, "the store does not keep up");
  if (s.pending.contains(x.id))
    return make_error(ec::in_flight, "this command is still being worked on");
  if (s.pending.size() >= limits.in_flight_per_session_max)
    return too_many_in_flight();
  return std::nullopt;
}

void shard::obey(session& s, addressed_command x) {
  const auto refuse = [&](const caf::error& why) {
    metrics_.command_refused(x.kind, why);
    send_text(s, refusal_frame(x.id, why));
  };
  if (auto why = refusal_of(s, x))
    return refuse(*why);
  const auto& link = links_.at(s.claims.clinic);
  if (std::holds_alternative<call_command>(x.what))
    return pass_on(s, link, std::move(x));
  auto place = common_->in_flight.take(link.in_flight);
  if (!place)
    return refuse(too_many_in_flight());
  forward(s, link, std::move(x), std::move(*place));
}

void shard::forward(session& s, const clinic_link& link, addressed_command x, commands_in_flight::place place) {
  const command_origin origin{session_of(s.connection), x.id, principal_of(s.claims),
                              command_digest(context_.key->signing, s.claims, x)};
  auto& pending = s.pending[x.id] = {x.kind, io_shard::now_ms(), {}, {}, std::move(place)};
  if (auto* command = std::get_if<person_command>(&x.what)) {
    pending.told = *command;
    s.is_device = s.is_device || !std::holds_alternative<leave_room>(command->value);
    mailbox_.send(s.person, device_command{origin, std::move(*command), s.device});
  } else if (auto* wish = std::get_if<invite_wish>(&x.what)) {
    auto made = make_invite(context_.key->signing, s.claims.clinic, s.claims.person, x.id, *wish);
    pending.extra = made.answer_members;
    mailbox_.send(link.actor, clinic_request{origin, room_command{std::move(made.command)}});
  } else {
    mailbox_.send(link.actor, clinic_request{origin, std::move(std::get<room_command>(x.what))});
  }
}

/// Asked whenever a session does something and at each beat.
bool shard::is_expired(const session& s) const {
  return s.at == session::stage::open &&
         now() > s.claims.expires_at + milliseconds{context_.shared.settings->token.leeway_ms};
}

void shard::note_entry(session& s, const person_command& x) {
  if (const auto* leave = std::get_if<leave_room>(&x.value)) {
    s.entered.reset();
    leave_call_of(s, leave->room);
  } else if (const auto* attention = std::get_if<set_attention>(&x.value)) {
    s.attentive = attention->attentive;
  } else if (std::holds_alternative<enter_waiting_room>(x.value) || std::holds_alternative<enter_room>(x.value)) {
    s.entered = room_of(x);
  }
}

void shard::on_beat(connection_id id) {
  auto* s = find(id);
  if (!s || s->at != session::stage::open)
    return;
  if (is_expired(*s))
    return end(*s, to_error(auth_failure::expired));
  send_beat(*s);
}

/// None while the clinic itself cannot be reached: there is no proof then.
void shard::send_beat(session& s) {
  const auto link = links_.find(s.claims.clinic);
  if (link == links_.end())
    return;
  if (const auto topic = link->second.topics.find(s.topic); topic != link->second.topics.end())
    send_text(s, beat_frame(topic->second.top, now()), frame_kind::control);
}

void shard::on_silent(connection_id id, int64_t last_proof_ms) {
  if (auto* s = find(id); s && s->person && s->is_device)
    mailbox_.send(s->person, device_silent{session_of(id), proof_time(last_proof_ms)});
}

void shard::on_alive_again(connection_id id, int64_t) {
  if (auto* s = find(id); s && s->person && s->is_device)
    mailbox_.send(s->person, device_alive{session_of(id)});
}

void shard::on_drained_after_overflow(connection_id id) {
  auto* s = find(id);
  if (!s || s->at != session::stage::open)
    return;
  if (link_of(s->claims.clinic))
    subscribe_session(*s, std::nullopt);
  else
    s->lacks_frames = true;
}

close_order shard::on_fault(connection_id id, transport_fault fault) {
  // A hello was said: the clinic is what takes too long, and the client may come back.
  if (const auto* s = find(id); fault == transport_fault::hello_timeout && s && s->at == session::stage::joining) {
    metrics_.command_done(command_kind::hello, outcome_label::failed);
    return {static_cast<uint16_t>(close_code::unavailable), to_string(ec::store_unavailable)};
  }
  return close_for(fault);
}

void shard::on_close(connection_id id, const close_info& how) {
  auto* s = find(id);
  if (!s)
    return;
  if (s->person && s->is_device && !draining_)
    mailbox_.send(s->person, device_lost{session_of(id), proof_time(how.last_proof_ms)});
  metrics_.session_ended(s->counted_as);
  lose_call_of(*s);
  leave_link(*s);
  sessions_.erase(id);
}

} // namespace machiai
