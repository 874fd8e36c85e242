#include "actors/audit_rules.hpp"

#include "actors/model/clinic_state.hpp"
#include "store/event_codec.hpp"
#include "store/hash_chain.hpp"

#include <algorithm>

namespace machiai {

namespace {

/// The store's word on a clinic at one position.
struct folded {
  clinic_state state;
  digest head{};
};

/// Nothing when the rows contradict themselves.
std::optional<folded> fold(const clinic_history& history) {
  folded result;
  if (history.snapshot) {
    auto memory = decode_snapshot(history.snapshot->body);
    if (!memory || memory->state.position.seq != history.snapshot->seq)
      return std::nullopt;
    result = {std::move(memory->state), history.snapshot->hash};
  }
  for (const auto& record : history.events) {
    const auto x = to_event(record);
    if (!x || x->position.seq != result.state.position.seq + 1 || chain(result.head, record) != record.hash)
      return std::nullopt;
    apply(result.state, *x);
    result.head = record.hash;
  }
  return result;
}

/// A doctor's second device may be left behind in a room that the doctor changed from another one.
bool is_bound_to_device(role who) {
  return who == role::patient || who == role::guest;
}

bool is_held(const std::vector<held_session>& sessions, const person_id& person) {
  return std::ranges::any_of(sessions, [&](const held_session& x) { return x.who.id == person; });
}

void find_ghosts(const audit_look& look, std::vector<audit_mismatch>& into) {
  for (const auto& room : look.view.rooms)
    for (const auto& x : room.state.participants)
      if (is_present(x) && !x.unstable_since && !is_held(look.sessions, x.person))
        into.push_back({audit_label::ghost, room.room, x.person});
}

/// The clinic let this person go; a page that shows the end may stay connected.
bool is_let_go(const room_state& room, const participant& who) {
  const auto left_by_the_end = !room.bills.empty() && who.since && *who.since <= room.bills.back().at;
  return room.cancelled || left_by_the_end;
}

void find_unseen(const audit_look& look, std::vector<audit_mismatch>& into) {
  for (const auto& x : look.sessions) {
    if (!x.entered || x.is_closing || !is_bound_to_device(x.who.role))
      continue;
    const auto room = std::ranges::find(look.view.rooms, *x.entered, &room_view::room);
    if (room == look.view.rooms.end())
      continue;
    const auto* known = find_participant(room->state, x.who.id);
    if (!known || (!is_present(*known) && !is_let_go(room->state, *known)))
      into.push_back({audit_label::unseen, room->room, x.who.id});
  }
}

} // namespace

std::vector<audit_mismatch> compare_actors(const audit_look& look) {
  std::vector<audit_mismatch> result;
  for (const auto& own : look.rooms) {
    const auto known = std::ranges::find(look.view.rooms, own.room, &room_view::room);
    if (known != look.view.rooms.end() && known->state != own.state)
      result.push_back({audit_label::room, own.room, {}});
  }
  find_ghosts(look, result);
  find_unseen(look, result);
  return result;
}

std::vector<audit_mismatch> compare_store(const audit_look& look, const clinic_history& history) {
  const auto stored = fold(history);
  if (!stored || stored->state.position.seq != look.view.position.seq || stored->head != look.view.head)
    return {{audit_label::store, {}, {}}};
  std::vector<audit_mismatch> result;
  for (const auto& room : look.view.rooms) {
    const auto* known = find_room(stored->state, room.room);
    if (!known || *known != room.state)
      result.push_back({audit_label::store, room.room, {}});
  }
  return result;
}

} // namespace machiai
