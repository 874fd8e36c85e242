#include "commands/simulate/expected_room.hpp"

#include "commands/client/json_members.hpp"
#include "store/timestamp.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

/// A person's leave is decided by the person's actor, numbered by the room's: a moment lies between.
constexpr int64_t leave_slack_ms = 1000;

const json::object* participant_in(const json::object* card, const std::string& person) {
  const auto* people = card ? array_in(*card, "participants") : nullptr;
  if (people)
    for (const auto& x : *people)
      if (x.is_object() && text_in(x.get_object(), "person") == person)
        return &x.get_object();
  return nullptr;
}

std::optional<int64_t> time_in(const json::object& object, std::string_view name) {
  const auto at = parse_rfc3339(text_in(object, name));
  return at ? std::optional{at->ms} : std::nullopt;
}

} // namespace

const expected_person* expected_room::person(const std::string& id) const {
  const auto found = people_.find(id);
  return found == people_.end() ? nullptr : &found->second;
}

expected_person* expected_room::known(const std::string& id, complaints& out) {
  if (const auto found = people_.find(id); found != people_.end())
    return &found->second;
  std::vector<cast_member> all = appointment_.patients;
  all.insert(all.end(), appointment_.doctors.begin(), appointment_.doctors.end());
  for (const auto& [guest, who] : guests_)
    all.push_back(who);
  for (const auto& who : all) {
    if (who.person == id) {
      expected_person fresh;
      fresh.who = who;
      return &people_.emplace(id, fresh).first->second;
    }
  }
  out.push_back("somebody nobody sent is there: " + id);
  return nullptr;
}

std::vector<std::string> expected_room::fold(const told_event& event, const json::object* card) {
  complaints out;
  if (event.name == "room.participant_entered")
    enter(event, out);
  else if (event.name == "room.participant_arrived")
    arrive(event, out);
  else if (event.name == "room.participant_left")
    leave(event, card, out);
  else if (event.name == "room.participant_unstable")
    doubt(event, card, out);
  else if (event.name == "room.participant_sent_back")
    send_back(event, out);
  else if (event.name == "room.participant_removed")
    remove(event, out);
  else if (!fold_room(event, out) && !fold_guest(event))
    out.push_back("an event without a meaning: " + event.name);
  return out;
}

bool expected_room::fold_room(const told_event& event, complaints& out) {
  if (event.name == "room.appointment_booked" || event.name == "room.appointment_changed") {
    booked_ = true;
    if (planned_)
      appointment_ = *std::exchange(planned_, std::nullopt);
  } else if (event.name == "room.appointment_cancelled") {
    cancelled_ = true;
  } else if (event.name == "room.locked" || event.name == "room.unlocked") {
    locked_ = event.name == "room.locked";
  } else if (event.name == "room.consultation_ended") {
    end(event);
  } else if (event.name == "room.consultation_reopened") {
    ended_at_ms_.reset();
    begun_ = false;
  } else if (auto* who = event.subject.empty()   ? nullptr
                         : person(event.subject) ? known(event.subject, out)
                                                 : nullptr) {
    if (event.name == "room.participant_admitted")
      who->admitted = true;
    else if (event.name == "room.participant_stable")
      who->unstable_since_ms.reset();
    else if (event.name == "room.attention_changed")
      who->attentive = !who->attentive;
    else
      return report(event, *who, out);
  } else {
    return false;
  }
  return true;
}

bool expected_room::report(const told_event& event, expected_person& who, complaints& out) {
  const auto is_media = event.name == "room.media_changed";
  if (!is_media && event.name != "room.device_tested")
    return false;
  if (is_media ? who.whereabouts != "in_room" : !who.is_present())
    out.push_back(event.subject + " says what it sends or tested though not there");
  auto& said = is_media ? who.media : who.device_test;
  if (said.planned == said.told)
    out.push_back(event.subject + " is told to have said what it did not: " + event.name);
  said.told = said.planned;
  return true;
}

bool expected_room::fold_guest(const told_event& event) {
  if (event.name == "room.guest_invited")
    invitations_[event.subject] = {};
  else if (event.name == "room.invite_redeemed")
    invitations_[event.subject].redeemed = true;
  else if (event.name == "room.invite_revoked")
    invitations_.erase(event.subject);
  else
    return false;
  return true;
}

void expected_room::arrive(const told_event& event, complaints& out) {
  auto* who = known(event.subject, out);
  if (!who)
    return;
  if (who->is_present() || who->removed)
    out.push_back(event.subject + " arrives though " + (who->removed ? "removed" : "there"));
  if (who->who.party == "doctor")
    out.push_back("a doctor waits: " + event.subject);
  who->whereabouts = "waiting";
  who->attentive = true;
  who->since_ms = event.at_ms;
  if (!who->first_arrived_ms)
    who->first_arrived_ms = event.at_ms;
}

void expected_room::enter(const told_event& event, complaints& out) {
  auto* who = known(event.subject, out);
  if (!who)
    return;
  if (who->whereabouts == "in_room")
    out.push_back(event.subject + " enters though inside");
  if (who->who.party != "doctor" && !who->admitted)
    out.push_back(event.subject + " (" + who->who.party + ") got in without admission");
  if (ended_at_ms_ || cancelled_ || who->removed)
    out.push_back(event.subject + " enters where nobody may");
  who->whereabouts = "in_room";
  who->attentive = true;
  who->since_ms = event.at_ms;
  stays_.push_back({event.subject, who->who.party == "doctor", event.at_ms, std::nullopt, false});
  begun_ = begun_ || who->who.party == "doctor";
}

void expected_room::leave(const told_event& event, const json::object* card, complaints& out) {
  auto* who = known(event.subject, out);
  const auto* shown = participant_in(card, event.subject);
  if (!who || !shown)
    return out.push_back("a leave of somebody who is not on the card: " + event.subject);
  const auto left_ms = time_in(*shown, "since").value_or(-1);
  const auto by_engine = event.by_role == "engine";
  if (who->unstable_since_ms && left_ms != *who->unstable_since_ms)
    out.push_back(event.subject + " was last heard of at another time than it left");
  if (by_engine && !who->unstable_since_ms)
    out.push_back(event.subject + " was taken for lost without a doubt before");
  if (!who->unstable_since_ms && (left_ms > event.at_ms || left_ms < event.at_ms - leave_slack_ms))
    out.push_back(event.subject + " left " + std::to_string(event.at_ms - left_ms) + " ms before the event");
  if (!who->is_present())
    out.push_back(event.subject + " leaves though not there");
  close_stay(event.subject, left_ms, by_engine);
  who->media = {};
  who->whereabouts = "left";
  who->since_ms = left_ms;
  who->unstable_since_ms.reset();
}

void expected_room::doubt(const told_event& event, const json::object* card, complaints& out) {
  auto* who = known(event.subject, out);
  const auto* shown = participant_in(card, event.subject);
  const auto proof_ms = shown ? time_in(*shown, "last_proof_at") : std::nullopt;
  if (!who || !proof_ms)
    return out.push_back("a doubt about somebody without a last proof: " + event.subject);
  if (!who->is_present() || who->unstable_since_ms)
    out.push_back(event.subject + " is doubted without being there in good standing");
  if (*proof_ms > event.at_ms)
    out.push_back(event.subject + " was last heard of after the doubt");
  who->unstable_since_ms = *proof_ms;
}

void expected_room::send_back(const told_event& event, complaints& out) {
  auto* who = known(event.subject, out);
  if (!who)
    return;
  close_stay(event.subject, who->unstable_since_ms.value_or(event.at_ms), false);
  who->media = {};
  who->whereabouts = "waiting";
  who->admitted = false;
  who->since_ms = event.at_ms;
}

void expected_room::remove(const told_event& event, complaints& out) {
  auto* who = known(event.subject, out);
  if (!who)
    return;
  who->admitted = false;
  who->removed = true;
  if (!who->is_present())
    return;
  const auto left_ms = who->unstable_since_ms.value_or(event.at_ms);
  close_stay(event.subject, left_ms, false);
  who->media = {};
  who->whereabouts = "left";
  who->since_ms = left_ms;
  who->unstable_since_ms.reset();
}

void expected_room::end(const told_event& event) {
  ended_at_ms_ = event.at_ms;
  ++bill_revision_;
  locked_ = false;
  for (auto& [id, who] : people_)
    who.admitted = false;
}

void expected_room::close_stay(const std::string& id, int64_t at_ms, bool lost) {
  for (auto& x : stays_) {
    if (x.person == id && !x.exit_ms) {
      x.exit_ms = std::max(x.enter_ms, at_ms);
      x.lost = lost;
    }
  }
}

std::string expected_room::phase() const {
  if (cancelled_)
    return "cancelled";
  if (ended_at_ms_)
    return "ended";
  if (begun_)
    return "in_consultation";
  const auto anybody = std::any_of(people_.begin(), people_.end(), [](const auto& x) { return x.second.is_present(); });
  return anybody || bill_revision_ > 0 ? "waiting" : "scheduled";
}

std::optional<int64_t> expected_room::waiting_since_ms() const {
  std::optional<int64_t> first;
  if (ended_at_ms_ || cancelled_)
    return first;
  for (const auto& [id, who] : people_)
    if (who.who.party == "patient" && who.whereabouts == "waiting")
      first = std::min(first.value_or(*who.first_arrived_ms), *who.first_arrived_ms);
  return first;
}

} // namespace machiai
