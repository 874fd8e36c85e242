#include "actors/model/room_rules.hpp"

#include "config/error.hpp"

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

using payloads = std::vector<event_payload>;

template <class... Ts>
payloads happened(Ts&&... xs) {
  payloads result;
  (result.push_back({std::forward<Ts>(xs)}), ...);
  return result;
}

caf::error refuse(ec code, const char* why) {
  return make_error(code, why);
}

/// Why nobody can come in any more, if so.
std::optional<caf::error> closed(const room_state& state) {
  if (!state.booked)
    return refuse(ec::not_found, "there is no such appointment");
  if (state.cancelled)
    return refuse(ec::appointment_cancelled, "the appointment was cancelled");
  if (state.ended)
    return refuse(ec::room_ended, "the consultation is over");
  return std::nullopt;
}

bool contains(const std::vector<person_id>& ids, const person_id& person) {
  return std::find(ids.begin(), ids.end(), person) != ids.end();
}

bool is_invited(const room_state& state, const person_id& person) {
  return std::any_of(state.invitations.begin(), state.invitations.end(),
                     [&](const invitation& x) { return x.person == person && x.redeemed && !x.revoked; });
}

bool was_in_room(const room_state& state, const person_id& person) {
  return std::ranges::find(state.stays, person, &stay::person) != state.stays.end();
}

std::optional<caf::error> not_expected(const room_state& state, const identity& who) {
  const auto known = find_participant(state, who.person);
  if (known && known->removed)
    return refuse(ec::removed, "the clinic removed this person from the room");
  if (who.party == party::doctor || who.party == party::patient || is_invited(state, who.person))
    return std::nullopt;
  return refuse(ec::invite_void, "there is no valid invitation for this person");
}

/// Everyone out, then the bill. A person in doubt was there until it was last heard of.
payloads end_of_consultation(const room_state& state, end_reason reason, timestamp now) {
  auto after = state;
  payloads result;
  for (const auto& who : state.participants) {
    if (!is_present(who))
      continue;
    result.push_back({participant_left{who.person, who.unstable_since.value_or(now), leave_reason::ended}});
    apply(after, result.back(), now);
  }
  const auto revision = static_cast<int32_t>(state.bills.size()) + 1;
  result.push_back({consultation_ended{reason, revision, measure(after.stays, price_of(after))}});
  return result;
}

/// The clinic's commands, one overload each.
struct decider {
  const room_state& state;
  timestamp now;
  const room_policy& policy;

  decision operator()(const admit& x) const {
    if (auto why = closed(state))
      return std::move(*why);
    const auto who = find_participant(state, x.person);
    if (who && who->removed)
      return let_back(*who);
    if (!who || !is_present(*who))
      return refuse(ec::not_present, "the person is not in the waiting room");
    if (who->whereabouts == whereabouts::in_room)
      return payloads{};
    if (state.locked && !was_in_room(state, x.person))
      return refuse(ec::room_locked, "the room is locked");
    return happened(participant_admitted{x.person}, participant_entered{x.person, who->party, who->display_name});
  }

  /// Takes a removal back: the person is not here, but may come in again.
  decision let_back(const participant& who) const {
    if (who.party == party::patient && !contains(state.appointment.patients, who.person))
      return refuse(ec::not_present, "the person is not on the appointment any more");
    if (who.party != party::patient && !is_invited(state, who.person))
      return refuse(ec::invite_void, "there is no valid invitation for this person");
    if (state.locked)
      return refuse(ec::room_locked, "the room is locked");
    return happened(participant_admitted{who.person});
  }

  decision operator()(const send_back& x) const {
    if (auto why = closed(state))
      return std::move(*why);
    const auto who = find_participant(state, x.person);
    if (!who || !is_present(*who))
      return refuse(ec::not_present, "the person is not in the room");
    if (who->party == party::doctor)
      return refuse(ec::wrong_state, "a doctor has no place in the waiting room");
    if (who->whereabouts == whereabouts::waiting)
      return payloads{};
    return happened(participant_sent_back{x.person});
  }

  decision operator()(const remove_participant& x) const {
    if (auto why = closed(state))
      return std::move(*why);
    const auto who = find_participant(state, x.person);
    if (!who)
      return refuse(ec::not_present, "the person never came to this room");
    if (who->party == party::doctor)
      return refuse(ec::wrong_state, "a doctor cannot be removed");
    if (who->removed)
      return payloads{};
    return happened(participant_removed{x.person});
  }

  decision operator()(const invite_guest& x) const {
    if (auto why = closed(state))
      return std::move(*why);
    if (x.party == party::doctor || x.party == party::patient)
      return refuse(ec::out_of_range, "party: a guest is family, nurse, specialist or interpreter");
    if (find_invitation(state, x.invite))
      return payloads{};
    const auto lets_in = [&](const invitation& other) {
      return !other.revoked && (other.redeemed || other.expires_at > now);
    };
    if (std::ranges::count_if(state.invitations, lets_in) >= policy.limits.invites_max)
      return refuse(ec::limit_reached, "the room has room.invites_max valid invitations already");
    const auto expires_at = now + milliseconds{policy.limits.invite_valid_ms};
    return happened(guest_invited{x.invite, x.person, x.party, x.display_name, expires_at, x.secret_hash});
  }

  decision operator()(const revoke_invite& x) const {
    const auto invited = find_invitation(state, x.invite);
    if (!invited)
      return refuse(ec::not_found, "there is no such invitation");
    if (invited->revoked)
      return payloads{};
    auto result = happened(invite_revoked{x.invite, invited->person});
    const auto who = find_participant(state, invited->person);
    if (who && !who->removed && !state.ended)
      result.push_back({participant_removed{invited->person}});
    return result;
  }

  decision operator()(const redeem_invite& x) const {
    const auto* invited = valid_invitation(state, x.invite, x.secret_hash, now);
    if (!invited)
      return refuse(ec::invite_void, "the invitation was used, withdrawn or is too old");
    return happened(invite_redeemed{x.invite, invited->person});
  }

  decision operator()(const lock_room&) const {
    if (auto why = closed(state))
      return std::move(*why);
    return state.locked ? payloads{} : happened(room_locked{});
  }

  decision operator()(const unlock_room&) const {
    if (auto why = closed(state))
      return std::move(*why);
    return state.locked ? happened(room_unlocked{}) : payloads{};
  }

  decision operator()(const end_consultation&) const {
    if (!state.booked || state.cancelled)
      return std::move(*closed(state));
    if (state.ended)
      return payloads{};
    return end_of_consultation(state, end_reason::by_clinic, now);
  }

  decision operator()(const reopen_consultation&) const {
    if (!state.booked || state.cancelled)
      return std::move(*closed(state));
    if (!state.ended)
      return payloads{};
    return happened(consultation_reopened{});
  }

  decision operator()(const put_appointment& x) const {
    if (!state.booked)
      return happened(appointment_booked{x.appointment});
    if (state.appointment == x.appointment && !state.cancelled)
      return payloads{};
    if (state.cancelled)
      return refuse(ec::appointment_cancelled, "a cancelled appointment stays cancelled; book another one");
    if (state.ended)
      return refuse(ec::room_ended, "the consultation is over");
    for (const auto& who : state.participants)
      if (is_present(who) && who.party == party::patient && !contains(x.appointment.patients, who.person))
        return refuse(ec::wrong_state, "a patient who is present cannot be taken off the appointment");
    return happened(appointment_changed{x.appointment});
  }

  decision operator()(const cancel_appointment&) const {
    if (!state.booked)
      return refuse(ec::not_found, "there is no such appointment");
    if (state.cancelled)
      return payloads{};
    if (state.ended)
      return refuse(ec::room_ended, "the consultation is over; it cannot be cancelled any more");
    if (state.consultation_begun || !state.bills.empty())
      return refuse(ec::wrong_state, "the consultation has begun; end it instead");
    payloads result;
    for (const auto& who : state.participants)
      if (is_present(who))
        result.push_back({participant_left{who.person, who.unstable_since.value_or(now), leave_reason::ended}});
    result.push_back({appointment_cancelled{}});
    return result;
  }
};

} // namespace

std::optional<caf::error> refuse_stranger(const room_state& state, const person_id& person, role as) {
  if (as != role::patient || contains(state.appointment.patients, person))
    return std::nullopt;
  return refuse(ec::not_found, "there is no such appointment");
}

decision decide_entry(const room_state& state, const identity& who, timestamp, const room_policy& policy) {
  if (who.party == party::patient)
    if (auto why = refuse_stranger(state, who.person, role::patient))
      return std::move(*why);
  if (auto why = closed(state))
    return std::move(*why);
  if (auto why = not_expected(state, who))
    return std::move(*why);
  const auto known = find_participant(state, who.person);
  if (known && is_present(*known)) {
    if (known->unstable_since)
      return happened(participant_stable{who.person});
    return payloads{};
  }
  // A full waiting room must not keep the doctor out.
  if (who.party != party::doctor && count_present(state) >= policy.limits.participants_max)
    return refuse(ec::room_full, "room.participants_max persons are present");
  const auto admitted = known && known->admitted;
  if (who.party == party::doctor) {
    const auto was_in = known != nullptr;
    if (state.locked && !was_in && !contains(state.appointment.doctors, who.person))
      return refuse(ec::room_locked, "the room is locked");
    const auto price = state.price ? std::nullopt : std::optional{policy.price};
    return happened(participant_entered{who.person, who.party, who.display_name, price});
  }
  if (admitted)
    return happened(participant_entered{who.person, who.party, who.display_name});
  return happened(participant_arrived{who.person, who.party, who.display_name});
}

std::vector<event_payload> decide_presence(const room_state& state, const person_id& person,
                                           const presence_edge& edge) {
  const auto who = find_participant(state, person);
  if (!who || !is_present(*who))
    return {};
  switch (edge.change) {
  case presence_change::unstable:
    return who->unstable_since ? payloads{} : happened(participant_unstable{person, edge.at});
  case presence_change::entered:
  case presence_change::stable:
    return who->unstable_since ? happened(participant_stable{person}) : payloads{};
  case presence_change::left:
    return happened(participant_left{person, edge.at, edge.reason});
  }
  return {};
}

std::vector<event_payload> decide_attention(const room_state& state, const person_id& person, bool attentive) {
  const auto who = find_participant(state, person);
  if (!who || !is_present(*who) || who->attentive == attentive)
    return {};
  return happened(attention_changed{person, attentive});
}

const invitation* valid_invitation(const room_state& state, const invite_id& invite, const std::string& secret_hash,
                                   timestamp now) {
  const auto* invited = find_invitation(state, invite);
  const auto is_void = closed(state) || !invited || invited->redeemed || invited->revoked ||
                       invited->expires_at <= now || invited->secret_hash != secret_hash;
  return is_void ? nullptr : invited;
}

decision decide_report(const room_state& state, const person_id& person, const set_media& x) {
  const auto who = find_participant(state, person);
  if (!who || who->whereabouts != whereabouts::in_room)
    return refuse(ec::not_present, "the person is not in the room");
  if (who->media == media_state{x.video, x.audio})
    return payloads{};
  return happened(media_changed{person, x.video, x.audio});
}

decision decide_report(const room_state& state, const person_id& person, const report_device_test& x) {
  const auto who = find_participant(state, person);
  if (!who || !is_present(*who))
    return refuse(ec::not_present, "the person is neither in the room nor in the waiting room");
  const auto& known = who->device_test;
  if (known && device_test{x.camera, x.microphone, x.speaker, x.network, known->at} == *known)
    return payloads{};
  return happened(device_tested{person, x.camera, x.microphone, x.speaker, x.network});
}

decision decide(const room_state& state, const room_command& command, timestamp now, const room_policy& policy) {
  return std::visit(decider{state, now, policy}, command.value);
}

std::optional<timestamp> next_deadline(const room_state& state, const room_policy& policy) {
  if (!state.booked)
    return std::nullopt;
  const auto archive_after = milliseconds{policy.limits.archive_after_ms};
  if (state.ended)
    return *state.ended_at + archive_after;
  if (state.doctorless_since)
    return *state.doctorless_since + milliseconds{policy.limits.end_without_doctor_ms};
  if (count_present(state) > 0)
    return std::nullopt;
  return std::max(state.appointment.starts_at, state.last_at) + archive_after;
}

std::vector<event_payload> decide_deadline(const room_state& state, timestamp now, const room_policy& policy) {
  const auto due = next_deadline(state, policy);
  if (!due || now < *due)
    return {};
  if (state.doctorless_since && !state.ended)
    return end_of_consultation(state, end_reason::no_doctor, now);
  return happened(room_archived{});
}

} // namespace machiai
