#include "actors/answer_text.hpp"
#include "gateway/close_code.hpp"
#include "gateway/codec/websocket_codec.hpp"
#include "gateway/http_api.hpp"
#include "gateway/shard.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

/// \file The half of a shard that listens to actors.
namespace machiai {

void shard::take(const subscribed& x) {
  if (http_->take(x))
    return;
  auto* s = find(x.session);
  if (!s || s->at == session::stage::closing || s->at == session::stage::fresh)
    return;
  if (x.refusal)
    return end(*s, *x.refusal);
  const auto [topic, is_new] = links_.at(x.clinic).topics.try_emplace(x.topic);
  auto& listeners = topic->second;
  // Earlier listeners were told nothing since the top they know: a higher one in their beats would mean a gap.
  if (is_new)
    listeners.top = x.position;
  if (std::find(listeners.connections.begin(), listeners.connections.end(), s->connection) ==
      listeners.connections.end())
    listeners.connections.push_back(s->connection);
  welcome(*s, x);
}

void shard::welcome(session& s, const subscribed& x) {
  const auto is_new_person = x.person && (!s.person || s.person->id() != x.person->id());
  if (x.person)
    s.person = caf::actor_cast<person_actor>(x.person);
  if (s.at == session::stage::joining) {
    s.at = session::stage::open;
    s.remote_address = {};
    metrics_.role_changed(s.counted_as, s.claims.role);
    s.counted_as = label_of_role(s.claims.role);
    if (std::exchange(s.greeting, std::nullopt)->resume)
      metrics_.resumed(x.outcome);
    metrics_.command_done(command_kind::hello, outcome_label::ok);
    io_.mark_ready(s.connection);
    send_text(s, welcome_frame(x.session, x, s.claims.person, s.claims.role,
                               context_.shared.settings->connection.beat_interval_ms));
  } else {
    if (is_new_person)
      name_device(s);
    join_call_again(s);
  }
  ++subscriptions_;
  for (const auto& text : x.frames)
    io_.send(s.connection, {prepare_text_frame(text), subscriptions_, frame_kind::snapshot});
}

void shard::take(const feed& x) {
  const auto it = links_.find(x.clinic);
  if (it == links_.end())
    return;
  auto is_queued = false;
  for (const auto& f : x.frames) {
    const auto topic = it->second.topics.find(f.topic);
    if (topic == it->second.topics.end())
      continue;
    topic->second.top = f.position;
    const auto bytes = prepare_text_frame(f.text);
    const auto key = std::hash<std::string>{}(f.key) | 1U;
    for (const auto connection : topic->second.connections)
      is_queued |= io_.send(connection, {bytes, key, frame_kind::state});
  }
  if (is_queued)
    unwritten_.push_back({x.decided_at_us, x.committed_at_us});
}

void shard::on_flushed() {
  for (const auto& x : unwritten_)
    metrics_.feed_written(x.decided_at_us, x.committed_at_us);
  unwritten_.clear();
}

void shard::take(const answered& x) {
  if (http_->take(x))
    return;
  auto* s = find(x.session);
  if (!s)
    return;
  const auto it = s->pending.find(x.command);
  if (it == s->pending.end())
    return;
  const auto extra = std::move(it->second.extra);
  const auto told = std::move(it->second.told);
  const auto ok = is_acceptance(x.answer);
  if (ok)
    metrics_.command_done(it->second.kind, outcome_label::ok);
  else
    metrics_.command_refused(it->second.kind, *refusal_in(x.answer));
  metrics_.command_took(io_shard::now_ms() - it->second.since_ms);
  if (ok && told)
    note_entry(*s, *told);
  s->pending.erase(it);
  if (extra.empty() || !ok)
    return send_text(*s, reply_frame(x.command, x.answer));
  auto answer = x.answer;
  answer.insert(answer.size() - 1, extra);
  send_text(*s, reply_frame(x.command, answer));
}

void shard::take(const expelled& x) {
  const auto it = links_.find(x.clinic);
  if (it == links_.end())
    return;
  const auto members = it->second.sessions;
  for (const auto connection : members) {
    auto* s = find(connection);
    if (s && s->claims.person == x.person && s->topic.room == x.room && s->person)
      end(*s, make_error(ec::removed, "the clinic removed this person from the room"));
  }
}

void shard::take(const person_rebuilt& x) {
  const auto it = links_.find(x.clinic);
  if (it == links_.end())
    return;
  for (const auto connection : it->second.sessions) {
    auto* s = find(connection);
    if (!s || s->claims.person != x.id || !s->person)
      continue;
    s->person = caf::actor_cast<person_actor>(x.person);
    name_device(*s);
  }
}

void shard::take(const session_replaced& x) {
  auto* s = find(x.session);
  if (!s || s->at == session::stage::closing)
    return;
  s->at = session::stage::closing;
  io_.close(s->connection, static_cast<uint16_t>(close_code::replaced), "replaced");
}

void shard::take(const get_sessions& x) {
  held_sessions held{x.look, {}};
  if (const auto it = links_.find(x.clinic); it != links_.end())
    for (const auto connection : it->second.sessions)
      if (const auto* s = find(connection); s && s->is_device)
        held.sessions.push_back({{s->claims.role, s->claims.person}, s->entered, s->at == session::stage::closing});
  mailbox_.send(caf::actor_cast<auditor_actor>(x.auditor), std::move(held));
}

void shard::name_device(const session& s) {
  std::set<room_id> rooms;
  if (s.entered)
    rooms.insert(*s.entered);
  // Perhaps the answer is on its way.
  for (const auto& [id, waiting] : s.pending)
    if (waiting.told && !std::holds_alternative<leave_room>(waiting.told->value))
      rooms.insert(room_of(*waiting.told));
  for (const auto& room : rooms)
    mailbox_.send(s.person, device_back{session_of(s.connection), room, s.attentive});
}

} // namespace machiai
