#include "commands/client/json_members.hpp"
#include "commands/simulate/expected_room.hpp"
#include "store/timestamp.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

/// \file The half of a room's model that reads the engine's cards.
namespace machiai {

namespace {

namespace json = boost::json;

void differ(std::vector<std::string>& out, const std::string& what, std::string_view told, std::string_view expected) {
  if (told != expected)
    out.push_back(what + " is " + std::string(told) + ", expected " + std::string(expected));
}

void differ(std::vector<std::string>& out, const std::string& what, int64_t told, int64_t expected) {
  if (told != expected)
    out.push_back(what + " is " + std::to_string(told) + ", expected " + std::to_string(expected));
}

void differ_time(std::vector<std::string>& out, const std::string& what, std::string_view told,
                 const std::optional<int64_t>& expected_ms) {
  differ(out, what, told, expected_ms ? to_rfc3339(timestamp{*expected_ms}) : "");
}

std::vector<std::string> ids_of(const std::vector<cast_member>& cast) {
  std::vector<std::string> ids;
  for (const auto& x : cast)
    ids.push_back(x.person);
  return ids;
}

std::vector<std::string> ids_in(const json::object& card, std::string_view list, std::string_view id) {
  std::vector<std::string> ids;
  if (const auto* all = array_in(card, list))
    for (const auto& x : *all)
      if (x.is_object())
        ids.emplace_back(text_in(x.get_object(), id));
  return ids;
}

} // namespace

std::vector<std::string> expected_room::compare(const json::object& card, int64_t at_ms) const {
  complaints out;
  differ(out, "phase", text_in(card, "phase"), phase());
  differ(out, "locked", flag_in(card, "locked") ? 1 : 0, locked_ ? 1 : 0);
  differ(out, "bill_revision", number_in(card, "bill_revision"), bill_revision_);
  differ_time(out, "ended_at", text_in(card, "ended_at"), ended_at_ms_);
  compare_appointment(card, out);
  if (const auto* meter = object_in(card, "meter"))
    compare_meter(*meter, at_ms, out);
  else
    out.emplace_back("a card without a meter");
  auto told = ids_in(card, "participants", "person");
  for (const auto& id : told)
    if (const auto* who = person(id); !who)
      out.push_back("somebody nobody sent is on the card: " + id);
  for (const auto& [id, who] : people_) {
    const auto* people = array_in(card, "participants");
    const auto at = std::find(told.begin(), told.end(), id);
    if (at == told.end())
      out.push_back(id + " is missing on the card");
    else
      compare_person(who, (*people)[static_cast<size_t>(at - told.begin())].get_object(), out);
  }
  return out;
}

void expected_room::compare_appointment(const json::object& card, complaints& out) const {
  differ_time(out, "starts_at", text_in(card, "starts_at"), appointment_.starts_at_ms);
  differ(out, "duration_min", number_in(card, "duration_min"), appointment_.duration_min);
  differ(out, "menu", text_in(card, "menu"), appointment_.menu);
  if (ids_in(card, "patients", "patient") != ids_of(appointment_.patients))
    out.emplace_back("other patients than booked");
  if (ids_in(card, "doctors", "person") != ids_of(appointment_.doctors))
    out.emplace_back("other doctors than booked");
  const auto* invitations = array_in(card, "invitations");
  differ(out, "number of invitations", invitations ? static_cast<int64_t>(invitations->size()) : -1,
         static_cast<int64_t>(invitations_.size()));
  if (!invitations)
    return;
  for (const auto& x : *invitations) {
    const std::string guest{text_in(x.as_object(), "person")};
    const auto known_one = invitations_.find(guest);
    if (known_one == invitations_.end())
      out.push_back("an invitation nobody made: " + guest);
    else if (known_one->second.redeemed != flag_in(x.as_object(), "redeemed"))
      out.push_back("the invitation of " + guest + " is wrongly shown as used or not");
  }
}

void expected_room::compare_meter(const json::object& meter, int64_t at_ms, complaints& out) const {
  const auto mine = bill(at_ms);
  const auto doctor_inside = std::any_of(people_.begin(), people_.end(), [](const auto& x) {
    return x.second.who.party == "doctor" && x.second.whereabouts == "in_room";
  });
  differ(out, "meter.doctor_in_room_ms", number_in(meter, "doctor_in_room_ms"), mine.doctor_in_room_ms);
  differ(out, "meter.running", flag_in(meter, "running") ? 1 : 0, doctor_inside ? 1 : 0);
  differ(out, "meter.units", number_in(meter, "units"), mine.units);
  differ(out, "meter.additional_participants", number_in(meter, "additional_participants"),
         mine.additional_participants);
  differ(out, "meter.total_yen_ex_tax", number_in(meter, "total_yen_ex_tax"), mine.total_yen_ex_tax);
}

void expected_room::compare_person(const expected_person& who, const json::object& card, complaints& out) const {
  const auto& id = who.who.person;
  differ(out, id + ".party", text_in(card, "party"), who.who.party);
  differ(out, id + ".display_name", text_in(card, "display_name"), who.who.name);
  differ(out, id + ".whereabouts", text_in(card, "whereabouts"), who.whereabouts);
  differ(out, id + ".unstable", flag_in(card, "unstable") ? 1 : 0, who.unstable_since_ms ? 1 : 0);
  differ(out, id + ".admitted", flag_in(card, "admitted") ? 1 : 0, who.admitted ? 1 : 0);
  differ(out, id + ".removed", flag_in(card, "removed") ? 1 : 0, who.removed ? 1 : 0);
  differ(out, id + ".attentive", flag_in(card, "attentive") ? 1 : 0, who.attentive ? 1 : 0);
  differ_time(out, id + ".last_proof_at", text_in(card, "last_proof_at"), who.unstable_since_ms);
  differ_time(out, id + ".first_arrived_at", text_in(card, "first_arrived_at"), who.first_arrived_ms);
  differ_time(out, id + ".since", text_in(card, "since"), who.since_ms);
  const auto* media = object_in(card, "media");
  differ(out, id + ".media", media ? json::serialize(*media) : "", who.media.told);
  auto found = object_in(card, "device_test") ? *object_in(card, "device_test") : json::object{};
  found.erase("at");
  differ(out, id + ".device_test", found.empty() ? "" : json::serialize(found), who.device_test.told);
}

} // namespace machiai
