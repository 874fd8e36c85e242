#include "commands/clinic_log.hpp"

#include "actors/frames.hpp"
#include "commands/exit_code.hpp"
#include "config/error.hpp"
#include "config/reserved_clinic.hpp"
#include "store/event_codec.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace machiai {

namespace {

caf::error not_found() {
  return make_error(ec::not_found, "there is no such clinic");
}

caf::error damaged(const clinic_id& clinic, uint64_t seq, const std::string& what) {
  return make_error(ec::store_damaged, "clinic " + clinic.value + ", seq " + std::to_string(seq) + ": " + what);
}

/// Hands over the clinic's events, decoded, from `first_seq` on until `visit` returns false.
caf::expected<void> read_events(event_store& store, const clinic_id& clinic, uint64_t first_seq,
                                const std::function<bool(const event&)>& visit) {
  auto seq = first_seq;
  caf::error problem;
  const auto scanned = store.scan(clinic, first_seq, [&](const event_record& record) {
    const auto next = to_event(record);
    if (record.seq != seq)
      problem = damaged(clinic, seq, "missing; machiai verify says more");
    else if (!next)
      problem = damaged(clinic, seq, message_of(next.error()));
    ++seq;
    return !problem && visit(*next);
  });
  if (!scanned)
    return scanned.error();
  if (problem)
    return problem;
  return caf::unit;
}

caf::expected<clinic_state> state_of(const std::optional<snapshot_record>& snapshot) {
  if (!snapshot)
    return clinic_state{};
  auto memory = decode_snapshot(snapshot->body);
  if (!memory)
    return memory.error();
  return std::move(memory->state);
}

/// The clinic in its newest snapshot not after `until`; without one, before its first event.
caf::expected<clinic_state> state_until(event_store& store, const clinic_id& clinic, timestamp until) {
  const auto snapshot = store.snapshot_until(clinic, until);
  if (!snapshot)
    return snapshot.error();
  return state_of(*snapshot);
}

} // namespace

caf::expected<std::unique_ptr<event_store>> open_to_read(const std::string& url) {
  store_options options;
  options.url = url;
  options.read_only = true;
  return open_store(options);
}

caf::expected<clinic_state> state_at(event_store& store, const clinic_id& clinic, uint64_t last_seq) {
  const auto history = store.load(clinic, last_seq);
  if (!history)
    return history.error();
  if (!history->snapshot && history->events.empty())
    return not_found();
  auto state = state_of(history->snapshot);
  if (!state)
    return state;
  for (const auto& record : history->events) {
    const auto next = to_event(record);
    if (!next)
      return damaged(clinic, record.seq, message_of(next.error()));
    apply(*state, *next);
  }
  return state;
}

caf::expected<clinic_state> state_at(event_store& store, const clinic_id& clinic, timestamp at) {
  auto state = state_until(store, clinic, at);
  if (!state)
    return state;
  auto is_known = state->position.seq > 0;
  const auto read = read_events(store, clinic, state->position.seq + 1, [&](const event& x) {
    is_known = true;
    if (x.at <= at)
      apply(*state, x);
    return x.at <= at;
  });
  if (!read)
    return read.error();
  if (!is_known)
    return not_found();
  return state;
}

std::string board_text(const clinic_state& state) {
  frame_writer writer;
  writer.start(state);
  return *writer.snapshot(state, {audience::staff, {}});
}

caf::expected<std::string> board_text_at(event_store& store, const clinic_id& clinic, timestamp at) {
  const auto state = state_at(store, clinic, at);
  if (!state)
    return state.error();
  if (state->position.seq > 0)
    return board_text(*state);
  const auto first = state_at(store, clinic, 1);
  if (!first)
    return first.error();
  clinic_state before;
  before.profile = first->profile;
  before.last_at = at;
  return board_text(before);
}

caf::expected<usage_statement> read_statement(event_store& store, const clinic_id& clinic, const std::string& month) {
  if (clinic.value == synthetic_clinic)
    return make_error(ec::not_found, "the clinic of the synthetic visits owes nothing");
  const auto latest = state_at(store, clinic);
  if (!latest)
    return latest.error();
  auto start = state_until(store, clinic, latest_start_for(month));
  if (!start)
    return start.error();
  // Rooms that were in use then have a past, which their lines are explained by.
  if (const auto first = first_source_at(*start))
    start = state_until(store, clinic, *first - milliseconds{1});
  if (!start)
    return start.error();
  const auto after = start->position.seq;
  usage_reader reader{month, std::move(*start)};
  const auto read = read_events(store, clinic, after + 1, [&](const event& x) {
    // What happened since `latest` was read is not in it.
    if (x.position.seq > latest->position.seq)
      return false;
    reader.read(x);
    return !reader.is_complete();
  });
  if (!read)
    return read.error();
  return reader.statement(*latest);
}

int fail_reading(const caf::error& why) {
  if (code_of(why) == ec::not_found)
    return fail(exit_code::usage, "--clinic: " + message_of(why));
  return fail(exit_code::store, why);
}

std::string japan_time_text_ms(timestamp at) {
  constexpr milliseconds nine_hours{9 * 60 * 60 * 1000};
  auto text = to_rfc3339(at + nine_hours);
  text[text.find('T')] = ' ';
  text.pop_back();
  return text;
}

std::string duration_text(int64_t length_ms) {
  const auto seconds = length_ms / 1000;
  const auto two = [](int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const auto hours = seconds / 3600;
  return (hours > 0 ? std::to_string(hours) + ':' : "") + two(seconds / 60 % 60) + ':' + two(seconds % 60);
}

} // namespace machiai
