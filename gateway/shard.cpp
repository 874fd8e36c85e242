#include "gateway/shard.hpp"

#include "config/fixed_limits.hpp"
#include "config/log.hpp"
#include "gateway/close_code.hpp"
#include "gateway/codec/websocket_codec.hpp"
#include "gateway/http_api.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

shard::shard(shard_context context, std::shared_ptr<shard_common> common, uint32_t index, caf::actor_system& system,
             transport_observer& observer)
    : context_(std::move(context)), common_(std::move(common)), index_(index),
      io_({index,
           context_.shared.settings->connection,
           {context_.shared.settings->listen.allowed_origins},
           common_->limits,
           common_->admin_limits},
          *this, observer),
      mailbox_(system, io_), ring_(context_.key->signing), metrics_(context_.shared.metrics),
      http_(std::make_unique<http_api>(*this)) {
  mailbox_.on_message({
      [this](const clinic_found& x) { take(x); },
      [this](const feed_opened& x) { take(x); },
      [this](const subscribed& x) { take(x); },
      [this](const feed& x) { take(x); },
      [this](const answered& x) { take(x); },
      [this](const expelled& x) { take(x); },
      [this](const person_rebuilt& x) { take(x); },
      [this](const call_told& x) { take(x); },
      [this](const call_forgotten& x) { take(x); },
      [this](const session_replaced& x) { take(x); },
      [this](const get_sessions& x) { take(x); },
      [this](const caf::down_msg& x) { take(x); },
  });
  io_.post([this] { expire_commands(); });
}

shard::~shard() = default;

timestamp shard::proof_time(int64_t monotonic_ms) const {
  return now() - milliseconds{std::max<int64_t>(io_shard::now_ms() - monotonic_ms, 0)};
}

session* shard::find(connection_id id) {
  const auto it = sessions_.find(id);
  return it == sessions_.end() ? nullptr : &it->second;
}

session* shard::find(const session_id& id) {
  return id.engine == context_.shared.engine ? find(id.number) : nullptr;
}

clinic_link* shard::link_of(const clinic_id& id) {
  const auto it = links_.find(id);
  return it == links_.end() || it->second.at != clinic_link::stage::open ? nullptr : &it->second;
}

void shard::with_clinic(const clinic_id& id, bool create, clinic_link::continuation next) {
  const auto [it, is_new] = links_.try_emplace(id);
  auto& link = it->second;
  if (link.at == clinic_link::stage::open) {
    next(nullptr);
    return;
  }
  link.waiting.push_back(std::move(next));
  if (is_new) {
    link.id = id;
    link.in_flight = common_->in_flight.share_of(id);
    seek(link, create);
  }
}

void shard::seek(clinic_link& link, bool create) {
  link.at = clinic_link::stage::seeking;
  link.actor = nullptr;
  mailbox_.send(context_.registry, seek_clinic{link.id, create});
}

void shard::take(const clinic_found& x) {
  const auto it = links_.find(x.clinic);
  if (it == links_.end() || it->second.at != clinic_link::stage::seeking)
    return;
  auto& link = it->second;
  if (!x.refusal) {
    link.actor = caf::actor_cast<clinic_actor>(x.actor);
    link.at = clinic_link::stage::opening;
    mailbox_.monitor(x.actor);
    mailbox_.send(link.actor, open_feed{context_.shared.engine, index_});
    return;
  }
  finish_waiting(link, &*x.refusal);
  if (link.sessions.empty()) {
    links_.erase(it);
    return;
  }
  if (++link.attempts > fixed::clinic_seeks_max || !retryable(code_of(*x.refusal))) {
    const auto members = link.sessions;
    for (const auto connection : members)
      if (auto* s = find(connection))
        end(*s, *x.refusal);
  }
  // Sought on even when all were sent away: whoever came meanwhile gets an answer, and without them the link goes.
  const auto pause = milliseconds{fixed::clinic_seek_pause_ms} * std::min(link.attempts, fixed::clinic_seeks_max);
  auto timer = std::make_shared<boost::asio::steady_timer>(io_.context(), pause);
  timer->async_wait([this, id = x.clinic, timer](const boost::system::error_code& failed) {
    const auto again = links_.find(id);
    if (!failed && again != links_.end() && again->second.at == clinic_link::stage::seeking)
      seek(again->second, false);
  });
}

void shard::finish_waiting(clinic_link& link, const caf::error* refusal) {
  for (auto& next : std::exchange(link.waiting, {}))
    next(refusal);
}

void shard::take(const feed_opened& x) {
  const auto it = links_.find(x.clinic);
  if (it == links_.end())
    return;
  clinic_credentials given{x.credentials.keys, x.credentials.revoked_keys, {}};
  for (const auto& revoked : x.credentials.revoked_persons)
    given.revoked_persons[revoked.person] = revoked.at;
  for (const auto& key : ring_.set_clinic(x.clinic, given, context_.key->sealing))
    log_warn("gateway.key_unreadable", {{"clinic", log_id(x.clinic.value)}, {"key", log_id(key.value)}});
  auto& link = it->second;
  if (link.at == clinic_link::stage::open) {
    check_entitlement(link);
    return;
  }
  link.at = clinic_link::stage::open;
  link.attempts = 0;
  reopen(link);
  finish_waiting(link, nullptr);
}

void shard::reopen(clinic_link& link) {
  auto tops = std::exchange(link.topics, {});
  const auto members = link.sessions;
  for (const auto connection : members) {
    auto* s = find(connection);
    if (s && s->at == session::stage::joining)
      subscribe_session(*s, s->greeting->resume);
    if (!s || s->at != session::stage::open)
      continue;
    const auto known = tops.find(s->topic);
    if (known != tops.end())
      link.topics[s->topic].top = known->second.top;
    const auto whole = std::exchange(s->lacks_frames, false) || known == tops.end();
    subscribe_session(*s, whole ? std::nullopt : std::optional{known->second.top});
  }
}

void shard::check_entitlement(clinic_link& link) {
  const auto members = link.sessions;
  for (const auto connection : members) {
    auto* s = find(connection);
    if (!s || s->at == session::stage::closing)
      continue;
    if (ring_.is_revoked(link.id, s->claims.key) || ring_.is_revoked(link.id, s->claims.person, s->claims.issued_at))
      end(*s, make_error(ec::revoked, "the key or the person was revoked"));
  }
}

void shard::take(const caf::down_msg& x) {
  for (auto& [id, link] : links_) {
    if (!link.actor || link.actor->id() != x.source.id())
      continue;
    // Commands on their way may or may not have come to anything, and nobody is left to say: a repetition with the same
    // id finds out.
    const auto now_ms = io_shard::now_ms();
    for (const auto connection : link.sessions)
      if (auto* s = find(connection))
        expire_commands(*s, now_ms);
    http_->expire(link.id);
    seek(link, false);
    return;
  }
}

void shard::leave_link(session& s) {
  const auto it = links_.find(s.claims.clinic);
  if (it == links_.end() || it->second.sessions.erase(s.connection) == 0)
    return;
  auto& link = it->second;
  send_unsubscribe(link, {session_of(s.connection), s.topic, s.claims.person});
  if (const auto topic = link.topics.find(s.topic); topic != link.topics.end()) {
    std::erase(topic->second.connections, s.connection);
    if (topic->second.connections.empty())
      link.topics.erase(topic);
  }
}

void shard::close_idle_links() {
  for (auto it = links_.begin(); it != links_.end();) {
    const auto& link = it->second;
    if (!link.sessions.empty() || !link.waiting.empty() || link.at != clinic_link::stage::open ||
        link.in_flight->here() > 0) {
      ++it;
      continue;
    }
    mailbox_.send(link.actor, close_feed{context_.shared.engine, index_});
    mailbox_.demonitor(caf::actor_cast<caf::strong_actor_ptr>(link.actor));
    ring_.forget_clinic(link.id);
    it = links_.erase(it);
  }
}

void shard::send_request(clinic_link& link, clinic_request x) {
  mailbox_.send(link.actor, std::move(x));
}

void shard::send_subscribe(clinic_link& link, const subscribe& x) {
  mailbox_.send(link.actor, x);
}

void shard::ask(clinic_link& link, const get_visits& x) {
  mailbox_.send(link.actor, x);
}

void shard::ask(clinic_link& link, const get_invitation& x) {
  mailbox_.send(link.actor, x);
}

void shard::send_unsubscribe(const clinic_link& link, const unsubscribe& x) {
  if (link.at == clinic_link::stage::open)
    mailbox_.send(link.actor, x);
}

std::variant<token_claims, auth_failure> shard::check_token(const unverified_token& token) const {
  const auto& settings = context_.shared.settings->token;
  return verify_token(token, ring_, now(), {milliseconds{settings.leeway_ms}, milliseconds{settings.lifetime_max_ms}});
}

void shard::drain(uint32_t reconnect_window_ms) {
  draining_ = true;
  io_.stop_accepting(listener_role::clients);
  const auto frame = prepare_text_frame(reconnect_frame(reconnect_window_ms));
  io_.for_each_websocket([&](connection_id id) { io_.send(id, {frame, 0, frame_kind::reply}); });
  close_when_answered(io_shard::now_ms() + fixed::drain_answers_ms);
}

void shard::close_when_answered(int64_t latest_ms) {
  const auto is_waiting = [](const auto& x) { return !x.second.pending.empty(); };
  if (io_shard::now_ms() < latest_ms && std::any_of(sessions_.begin(), sessions_.end(), is_waiting)) {
    auto timer = std::make_shared<boost::asio::steady_timer>(io_.context(), milliseconds{10});
    timer->async_wait([this, timer, latest_ms](const boost::system::error_code& failed) {
      if (!failed)
        close_when_answered(latest_ms);
    });
    return;
  }
  io_.for_each_websocket(
      [&](connection_id id) { io_.close(id, static_cast<uint16_t>(close_code::restarting), "planned restart"); });
}

void shard::expire_commands(session& s, int64_t latest_ms) {
  // Asked of every session twice a second.
  if (s.pending.empty())
    return;
  const auto why = make_error(ec::timed_out, "no answer in time; repeat with the same id");
  for (auto it = s.pending.begin(); it != s.pending.end();) {
    if (it->second.since_ms > latest_ms) {
      ++it;
      continue;
    }
    // Perhaps it came to pass; then the device is there.
    if (it->second.told)
      note_entry(s, *it->second.told);
    send_text(s, refusal_frame(it->first, why));
    metrics_.command_done(it->second.kind, outcome_label::failed);
    it = s.pending.erase(it);
  }
}

void shard::expire_commands() {
  const auto now_ms = io_shard::now_ms();
  common_->pulse.beat(index_, now_ms);
  const auto oldest = now_ms - context_.shared.settings->command.timeout_ms;
  for (auto& [id, s] : sessions_)
    expire_commands(s, oldest);
  http_->expire(oldest);
  close_idle_links();
  auto timer = std::make_shared<boost::asio::steady_timer>(io_.context(), milliseconds{500});
  timer->async_wait([this, timer](const boost::system::error_code& failed) {
    if (failed)
      return;
    metrics_.loop_lagged(std::chrono::steady_clock::now() - timer->expiry());
    expire_commands();
  });
}

void shard::send_text(const session& s, std::string_view text, frame_kind kind) {
  io_.send(s.connection, {prepare_text_frame(text), 0, kind});
}

void shard::end(session& s, const caf::error& why) {
  if (s.at == session::stage::closing)
    return;
  if (s.at != session::stage::open)
    metrics_.command_refused(command_kind::hello, why);
  s.at = session::stage::closing;
  send_text(s, error_frame(why));
  const auto code = code_of(why);
  io_.close(s.connection, static_cast<uint16_t>(close_code_of(code)), to_string(code));
}

} // namespace machiai
