#include "gateway/codec/websocket_codec.hpp"
#include "gateway/shard.hpp"

#include <utility>

/// \file The part of a shard that is about calls: between devices and rooms, and what it says again for its devices.
namespace machiai {

void shard::pass_on(session& s, const clinic_link& link, addressed_command x) {
  auto& what = std::get<call_command>(x.what);
  if (std::holds_alternative<join_call>(what.value)) {
    auto place = common_->in_flight.take(link.in_flight);
    if (!place) {
      metrics_.command_refused(x.kind, too_many_in_flight());
      return send_text(s, refusal_frame(x.id, too_many_in_flight()));
    }
    s.pending[x.id] = {x.kind, io_shard::now_ms(), {}, {}, std::move(*place)};
    calls_[s.connection] = room_of(what);
  } else if (std::holds_alternative<leave_call>(what.value)) {
    calls_.erase(s.connection);
  }
  say_of_call(s, link, x.id, std::move(what));
}

void shard::say_of_call(const session& s, const clinic_link& link, command_id id, call_command what) {
  mailbox_.send(link.actor, call_message{session_of(s.connection), std::move(id), principal_of(s.claims), s.device,
                                         std::move(what)});
}

void shard::take(const call_told& x) {
  if (!x.session) {
    const auto it = links_.find(x.clinic);
    if (it == links_.end())
      return;
    const auto consoles = it->second.topics.find(topic{audience::staff, {}});
    if (consoles == it->second.topics.end())
      return;
    const auto bytes = prepare_text_frame(x.text);
    for (const auto connection : consoles->second.connections)
      io_.send(connection, {bytes, 0, frame_kind::state});
    return;
  }
  auto* s = find(*x.session);
  if (!s || s->at != session::stage::open)
    return;
  if (!x.command)
    return send_text(*s, x.text);
  // To what the shard said on its own.
  if (x.command->empty())
    return;
  const auto it = s->pending.find(*x.command);
  const auto is_join = it != s->pending.end() && it->second.kind == command_kind::join_call;
  if (is_join) {
    metrics_.command_took(io_shard::now_ms() - it->second.since_ms);
    s->pending.erase(it);
  }
  if (x.refusal) {
    if (is_join)
      calls_.erase(s->connection);
    metrics_.command_refused(is_join ? command_kind::join_call : command_kind::send_signal, *x.refusal);
    send_text(*s, refusal_frame(*x.command, *x.refusal));
  } else if (is_join) {
    metrics_.command_done(command_kind::join_call, outcome_label::ok);
    send_text(*s, joined_frame(*x.command, context_.ice->servers_for(*x.session, now())));
  }
}

void shard::take(const call_forgotten& x) {
  const auto it = links_.find(x.clinic);
  if (it == links_.end())
    return;
  for (const auto connection : it->second.sessions)
    if (const auto call = calls_.find(connection); call != calls_.end() && call->second == x.room)
      if (const auto* s = find(connection))
        join_call_again(*s);
}

void shard::join_call_again(const session& s) {
  const auto call = calls_.find(s.connection);
  const auto* link = link_of(s.claims.clinic);
  if (call != calls_.end() && link)
    say_of_call(s, *link, {}, {join_call{call->second}});
}

void shard::leave_call_of(const session& s, const room_id& room) {
  const auto call = calls_.find(s.connection);
  if (call == calls_.end() || call->second != room)
    return;
  calls_.erase(call);
  if (const auto* link = link_of(s.claims.clinic))
    say_of_call(s, *link, {}, {leave_call{room}});
}

void shard::lose_call_of(const session& s) {
  const auto call = calls_.extract(s.connection);
  const auto* link = link_of(s.claims.clinic);
  if (!call.empty() && link)
    mailbox_.send(link->actor, call_device_lost{session_of(s.connection), call.mapped()});
}

} // namespace machiai
