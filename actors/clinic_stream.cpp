#include "actors/clinic_stream.hpp"

#include "actors/answer_text.hpp"
#include "config/error.hpp"
#include "config/monotonic_clock.hpp"
#include "store/event_codec.hpp"
#include "store/hash_chain.hpp"

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

shard_key shard_of_session(const session_id& session) {
  return {session.engine, shard_index(session)};
}

} // namespace

clinic_stream::clinic_stream(const environment& shared, clinic_id id)
    : shared_(shared), id_(std::move(id)), gauges_(shared.metrics),
      ring_(shared.settings->clinic.ring_frames_max, shared.settings->clinic.ring_bytes_max),
      answers_(shared.settings->command.remember_max, milliseconds{shared.settings->command.remember_for_ms}) {}

caf::error clinic_stream::start(const clinic_woken& woken) {
  const auto& history = woken.history;
  if (history.snapshot) {
    auto memory = decode_snapshot(history.snapshot->body);
    if (!memory)
      return memory.error();
    if (memory->state.position.seq != history.snapshot->seq)
      return make_error(ec::store_damaged, "a snapshot is of another position");
    state_ = std::move(memory->state);
    head_ = history.snapshot->hash;
    for (const auto& x : memory->answers)
      answers_.remember(x);
  }
  for (const auto& record : history.events) {
    auto x = to_event(record);
    if (!x)
      return x.error();
    if (x->position.seq != state_.position.seq + 1)
      return make_error(ec::store_damaged, "a clinic's numbering has a gap");
    apply(state_, *x);
    head_ = record.hash;
  }
  for (const auto& x : history.answers)
    answers_.remember(x);
  epoch_ = woken.owner.epoch;
  woken_at_ = state_.position;
  snapshot_seq_ = history.snapshot ? history.snapshot->seq : 0;
  writer_.start(state_);
  gauges_.start(state_);
  ring_.begin({audience::staff, {}}, state_.position.seq);
  return {};
}

event clinic_stream::number(const room_id& room, timestamp at, const author& by, const event_payload& payload) {
  event x{{epoch_, state_.position.seq + 1}, at, room, by, payload};
  const auto before = counts_in(room);
  apply(state_, x);
  gauges_.change(before, counts_in(room));
  auto record = to_record(id_, x);
  head_ = record.hash = chain(head_, record);
  turn_.events.push_back(std::move(record));
  write_frames(x);
  return x;
}

board_counts clinic_stream::counts_in(const room_id& room) const {
  const auto* known = find_room(state_, room);
  return known ? counts_of(*known) : board_counts{};
}

void clinic_stream::write_frames(const event& x) {
  for (auto& f : writer_.frames_of(state_, x)) {
    ring_.push(f);
    turn_frames_.push_back(std::move(f));
  }
}

void clinic_stream::answer(const command_origin& origin, timestamp at, const std::optional<caf::error>& refusal) {
  if (const auto* given = answers_.find(origin.who.id, origin.command)) {
    turn_answers_.push_back(reply(origin, given->answer));
    return;
  }
  auto text = refusal ? refused_text(*refusal) : accepted_text(state_.position.seq);
  const answer_record given{origin.who.id, origin.command, at, state_.position.seq, std::move(text), origin.digest};
  answers_.remember(given);
  turn_.answers.push_back(given);
  turn_answers_.push_back(reply(origin, given.answer));
}

answered clinic_stream::reply(const command_origin& origin, std::string text) const {
  return {id_, origin.session, origin.command, std::move(text)};
}

void clinic_stream::add_snapshot() {
  if (snapshot_seq_ == state_.position.seq)
    return;
  turn_.snapshot =
      snapshot_record{state_.position.seq, state_.last_at, head_, encode_snapshot({state_, answers_.all()})};
  snapshot_seq_ = state_.position.seq;
}

std::optional<append> clinic_stream::end_turn() {
  if (state_.position.seq - snapshot_seq_ >= shared_.settings->clinic.snapshot_every_events)
    add_snapshot();
  const auto stores = !turn_.events.empty() || !turn_.answers.empty() || turn_.snapshot;
  if (stores)
    ++last_ticket_;
  if (!turn_frames_.empty())
    hold(std::nullopt, feed{id_, std::exchange(turn_frames_, {}), 0, monotonic_us()});
  for (auto& x : std::exchange(turn_news_, {}))
    hold(std::nullopt, std::move(x));
  for (auto& x : std::exchange(turn_answers_, {})) {
    const auto to = shard_of_session(x.session);
    hold(to, std::move(x));
  }
  if (!stores)
    return std::nullopt;
  auto what = std::exchange(turn_, {});
  what.clinic = id_;
  what.epoch = epoch_;
  return append{std::move(what), last_ticket_};
}

void clinic_stream::hold(std::optional<shard_key> to, release_queue::message what) {
  held_.hold(last_ticket_, to, std::move(what));
}

std::vector<release_queue::held> clinic_stream::release(uint64_t ticket) {
  durable_ticket_ = std::max(durable_ticket_, ticket);
  return held_.release(durable_ticket_);
}

bool clinic_stream::begin(const command_origin& origin, const room_id& room) {
  return answers_.begin(origin, room);
}

std::string clinic_stream::text_of_repetition(const command_origin& origin) const {
  if (answers_.is_reused(origin))
    return refused_text(make_error(ec::command_id_reused, "this id was used for another command"));
  if (const auto* given = answers_.find(origin.who.id, origin.command))
    return given->answer;
  return refused_text(make_error(ec::in_flight, "this command is still being worked on"));
}

void clinic_stream::repeat(const command_origin& origin) {
  hold(shard_of_session(origin.session), reply(origin, text_of_repetition(origin)));
}

void clinic_stream::announce(release_queue::message what) {
  turn_news_.push_back(std::move(what));
}

bool clinic_stream::is_of_this_stream(const position& seen) const {
  if (seen.epoch == epoch_)
    return seen.seq <= state_.position.seq;
  // No epoch is given twice, so only one no older than the last event of former epochs can stand for it.
  return seen.epoch < epoch_ && seen.epoch >= woken_at_.epoch && seen.seq == woken_at_.seq;
}

void clinic_stream::watch(const subscribe& x, subscribed& out) {
  const auto here = where();
  out.position = here;
  if (!writer_.watches(x.topic)) {
    writer_.watch(state_, x.topic);
    ring_.begin(x.topic, here.seq);
  }
  if (x.resume && is_of_this_stream(*x.resume)) {
    if (x.resume->seq == here.seq) {
      out.outcome = resume_outcome::nothing_missed;
      return;
    }
    if (auto missed = ring_.since(x.topic, x.resume->seq)) {
      out.outcome = missed->empty() ? resume_outcome::nothing_missed : resume_outcome::replayed;
      out.frames = std::move(*missed);
      return;
    }
  }
  out.outcome = resume_outcome::reload;
  auto text = writer_.snapshot(state_, x.topic);
  invariant(text.has_value(), "a watched topic exists");
  out.frames.push_back(std::move(*text));
}

void clinic_stream::forget_topics(const std::function<bool(const topic&)>& which) {
  for (const auto& gone : writer_.unwatch(which))
    ring_.end(gone);
}

} // namespace machiai
