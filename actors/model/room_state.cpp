#include "actors/model/room_state.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <algorithm>

namespace machiai {

namespace {

participant& participant_of(room_state& state, const person_id& person) {
  const auto it = std::find_if(state.participants.begin(), state.participants.end(),
                               [&](const participant& x) { return x.person == person; });
  if (it != state.participants.end())
    return *it;
  state.participants.push_back({});
  state.participants.back().person = person;
  return state.participants.back();
}

/// Those that let nobody in any more stay, so that withdrawing one again is harmless, but only the newest of them.
void forget_old_invitations(room_state& state, timestamp now) {
  const auto is_void = [&](const invitation& x) { return x.revoked || (!x.redeemed && x.expires_at <= now); };
  auto count = std::ranges::count_if(state.invitations, is_void);
  for (auto x = state.invitations.begin(); count > fixed::void_invitations_max;) {
    const auto forgets = is_void(*x);
    x = forgets ? state.invitations.erase(x) : x + 1;
    count -= forgets ? 1 : 0;
  }
}

void open_stay(room_state& state, const participant& who, timestamp at) {
  state.stays.push_back({who.person, who.party, at, std::nullopt, leave_reason::left});
  if (who.party == party::doctor) {
    state.consultation_begun = true;
    state.doctorless_since.reset();
  }
}

/// A doctor whose loss was noticed late may have left before one who left on the spot.
timestamp end_of_last_doctor(const room_state& state) {
  timestamp last;
  for (const auto& x : state.stays)
    if (x.party == party::doctor && x.exit)
      last = std::max(last, *x.exit);
  return last;
}

void close_stay(room_state& state, const participant& who, timestamp at, leave_reason reason) {
  const auto open = std::find_if(state.stays.begin(), state.stays.end(),
                                 [&](const stay& x) { return x.person == who.person && !x.exit; });
  invariant(open != state.stays.end(), "whoever is in the room has an open stay");
  open->exit = std::max(open->enter, at);
  open->reason = reason;
  if (who.party == party::doctor && count_in_room(state, party::doctor) == 0)
    state.doctorless_since = end_of_last_doctor(state);
}

/// Moves a person, closing or opening the stay that the bill is made from.
void move_to(room_state& state, participant& who, whereabouts place, timestamp at, leave_reason reason) {
  const auto was_in_room = who.whereabouts == whereabouts::in_room;
  who.whereabouts = place;
  who.since = at;
  // Being moved by the clinic proves nothing about the person's connection: only a leave ends the doubt here.
  if (place == whereabouts::left)
    who.unstable_since.reset();
  if (place != whereabouts::in_room)
    who.media.reset();
  if (was_in_room && place != whereabouts::in_room)
    close_stay(state, who, at, reason);
  else if (!was_in_room && place == whereabouts::in_room)
    open_stay(state, who, at);
}

struct folder {
  room_state& state;
  timestamp at;

  void operator()(const appointment_booked& x) {
    state.appointment = x.appointment;
    state.booked = true;
  }
  void operator()(const appointment_changed& x) { state.appointment = x.appointment; }
  void operator()(const appointment_cancelled&) { state.cancelled = true; }

  void operator()(const participant_arrived& x) {
    auto& who = introduce(x.person, x.party, x.display_name);
    if (!who.first_arrived_at)
      who.first_arrived_at = at;
    move_to(state, who, whereabouts::waiting, at, leave_reason::left);
  }
  void operator()(const participant_admitted& x) {
    auto& who = participant_of(state, x.person);
    who.admitted = true;
    who.removed = false;
  }
  void operator()(const participant_entered& x) {
    auto& who = introduce(x.person, x.party, x.display_name);
    if (x.price)
      state.price = x.price;
    move_to(state, who, whereabouts::in_room, at, leave_reason::left);
  }
  void operator()(const participant_sent_back& x) {
    auto& who = participant_of(state, x.person);
    who.admitted = false;
    move_to(state, who, whereabouts::waiting, proven_until(who), leave_reason::sent_back);
    who.since = at;
  }
  void operator()(const participant_unstable& x) { participant_of(state, x.person).unstable_since = x.last_proof_at; }
  void operator()(const participant_stable& x) {
    auto& who = participant_of(state, x.person);
    who.unstable_since.reset();
    who.stable_since = at;
  }
  void operator()(const participant_left& x) {
    move_to(state, participant_of(state, x.person), whereabouts::left, x.left_at, x.reason);
  }
  void operator()(const participant_removed& x) {
    auto& who = participant_of(state, x.person);
    who.admitted = false;
    who.removed = true;
    if (is_present(who))
      move_to(state, who, whereabouts::left, proven_until(who), leave_reason::removed);
  }
  void operator()(const attention_changed& x) { participant_of(state, x.person).attentive = x.attentive; }
  void operator()(const media_changed& x) { participant_of(state, x.person).media = media_state{x.video, x.audio}; }
  void operator()(const device_tested& x) {
    participant_of(state, x.person).device_test = device_test{x.camera, x.microphone, x.speaker, x.network, at};
  }

  void operator()(const guest_invited& x) {
    state.invitations.push_back(
        {x.invite, x.person, x.party, x.display_name, x.expires_at, x.secret_hash, false, false});
    forget_old_invitations(state, at);
  }
  void operator()(const invite_redeemed& x) { change(x.invite, &invitation::redeemed); }
  void operator()(const invite_revoked& x) { change(x.invite, &invitation::revoked); }

  void operator()(const room_locked&) { state.locked = true; }
  void operator()(const room_unlocked&) { state.locked = false; }

  void operator()(const consultation_ended& x) {
    state.ended = true;
    state.ended_at = at;
    state.locked = false;
    state.doctorless_since.reset();
    state.bills.push_back({x.revision, at, x.bill});
    for (auto& who : state.participants)
      who.admitted = false;
  }
  void operator()(const consultation_reopened&) {
    state.ended = false;
    state.ended_at.reset();
    state.consultation_begun = false;
  }

  // Events of the clinic never reach a room, and an archived room is gone from the fold.
  template <class Other>
  void operator()(const Other&) {
    invariant(false, "an event of the clinic was applied to a room");
  }

private:
  /// Time that nobody can prove is not charged (R4): a person in doubt was there until it was last heard of.
  timestamp proven_until(const participant& who) const { return who.unstable_since.value_or(at); }

  /// One that was forgotten, which a history from before there was such a limit may name, stays so.
  void change(const invite_id& invite, bool invitation::*what) {
    for (auto& x : state.invitations)
      if (x.invite == invite)
        x.*what = true;
  }

  participant& introduce(const person_id& person, party which, const std::string& display_name) {
    auto& who = participant_of(state, person);
    who.party = which;
    who.display_name = display_name;
    who.attentive = true;
    return who;
  }
};

} // namespace

void apply(room_state& state, const event_payload& payload, timestamp at) {
  std::visit(folder{state, at}, payload.value);
  state.last_at = std::max(state.last_at, at);
}

tariff price_of(const room_state& state) {
  return state.price.value_or(tariff{});
}

room_phase phase_of(const room_state& state) {
  if (state.cancelled)
    return room_phase::cancelled;
  if (state.ended)
    return room_phase::ended;
  if (state.consultation_begun)
    return room_phase::in_consultation;
  // What was reopened has taken place: it waits for everybody to come back.
  return count_present(state) > 0 || !state.bills.empty() ? room_phase::waiting : room_phase::scheduled;
}

const participant* find_participant(const room_state& state, const person_id& person) {
  const auto it = std::find_if(state.participants.begin(), state.participants.end(),
                               [&](const participant& x) { return x.person == person; });
  return it == state.participants.end() ? nullptr : &*it;
}

const invitation* find_invitation(const room_state& state, const invite_id& invite) {
  const auto it = std::find_if(state.invitations.begin(), state.invitations.end(),
                               [&](const invitation& x) { return x.invite == invite; });
  return it == state.invitations.end() ? nullptr : &*it;
}

bool is_present(const participant& x) {
  return x.whereabouts == whereabouts::waiting || x.whereabouts == whereabouts::in_room;
}

size_t count_in_room(const room_state& state, party which) {
  return static_cast<size_t>(
      std::count_if(state.participants.begin(), state.participants.end(),
                    [&](const participant& x) { return x.party == which && x.whereabouts == whereabouts::in_room; }));
}

size_t count_present(const room_state& state) {
  return static_cast<size_t>(std::count_if(state.participants.begin(), state.participants.end(), is_present));
}

} // namespace machiai
