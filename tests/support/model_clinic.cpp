#include "tests/support/model_clinic.hpp"

#include "config/error.hpp"
#include "store/event_codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace machiai::test {

namespace {

using payloads = std::vector<event_payload>;

std::string text_of(const payloads& events) {
  std::string text;
  for (const auto& x : events) {
    const auto kind = kind_of(x);
    text += (text.empty() ? "" : " ") + std::string{kind.substr(kind.find('.') + 1)};
  }
  return text;
}

bool may_follow(room_phase before, room_phase after) {
  switch (before) {
  case room_phase::scheduled:
  case room_phase::waiting:
    return true;
  case room_phase::in_consultation:
    return after == room_phase::in_consultation || after == room_phase::ended;
  case room_phase::ended:
    return after == room_phase::ended || after == room_phase::waiting;
  case room_phase::cancelled:
    return after == room_phase::cancelled;
  }
  return false;
}

} // namespace

std::vector<person_id> ids(const std::vector<std::string>& texts) {
  std::vector<person_id> result;
  for (const auto& text : texts)
    result.emplace_back(text);
  return result;
}

void check_room(const room_state& room) {
  for (const auto& who : room.participants) {
    const auto open = std::count_if(room.stays.begin(), room.stays.end(),
                                    [&](const stay& x) { return x.person == who.person && !x.exit; });
    CHECK(open == (who.whereabouts == whereabouts::in_room ? 1 : 0));
    CHECK_FALSE((who.unstable_since && !is_present(who)));
    CHECK_FALSE((who.removed && is_present(who)));
    if (who.whereabouts == whereabouts::in_room && who.party != party::doctor)
      CHECK(who.admitted);
  }
  for (const auto& x : room.stays)
    CHECK((!x.exit || *x.exit >= x.enter));
  CHECK((room.ended || room.cancelled ? count_present(room) : 0) == 0);
  CHECK(room.doctorless_since.has_value() ==
        (room.consultation_begun && !room.ended && count_in_room(room, party::doctor) == 0));
}

model_clinic::model_clinic() {
  ask(clinic_command{put_clinic{{"Machiai Clinic"}}});
  for (const auto* id : {"d1", "d2"})
    ask(clinic_command{put_doctor{{person_id{id}, std::string{"Dr "} + id}}});
  for (const auto* id : {"p1", "p2", "p3"})
    ask(clinic_command{put_patient{
        {person_id{id}, std::string{"name-"} + id, std::string{"kana-"} + id, std::string{"chart-"} + id}}});
}

model_clinic::outcome model_clinic::keep(const room_id& room, const decision& decided) {
  if (!decided)
    return "refused: " + to_string(code_of(decided.error()));
  const auto at = std::max(now, state.last_at);
  for (const auto& payload : *decided) {
    const auto archived = std::holds_alternative<room_archived>(payload.value);
    if (!room.empty()) {
      const auto before = phase_of(rooms[room]);
      if (archived)
        rooms.erase(room);
      else
        machiai::apply(rooms[room], payload, at);
      if (!archived)
        CHECK(may_follow(before, phase_of(rooms[room])));
    }
    log.push_back({{1, state.position.seq + 1}, at, room, {role::staff, person_id{"s1"}}, payload});
    apply(state, log.back());
  }
  CHECK(state.rooms == rooms);
  // Within a decision a room may pass through states that nobody ever sees.
  if (const auto it = rooms.find(room); it != rooms.end())
    check_room(it->second);
  return text_of(*decided);
}

model_clinic::outcome model_clinic::ask(const clinic_command& command) {
  return keep({}, decide(state, command, limits));
}

model_clinic::outcome model_clinic::ask(const room_command& command) {
  if (auto refusal = check_room_command(state, command, limits))
    return keep({}, *refusal);
  const auto room = room_of(command);
  const auto known = rooms.find(room);
  return keep(room, decide(known == rooms.end() ? room_state{} : known->second, command, now, policy));
}

identity model_clinic::identity_of(const room_id& room, const std::string& person) const {
  identity as{person_id{person}, person.starts_with("d") ? party::doctor : party::patient, "name of " + person};
  if (const auto it = rooms.find(room); it != rooms.end())
    for (const auto& x : it->second.invitations)
      if (x.person == as.person)
        as.party = x.party;
  return as;
}

model_clinic::outcome model_clinic::enter(const room_id& room, const std::string& person) {
  return keep(room, decide_entry(rooms[room], identity_of(room, person), now, policy));
}

model_clinic::outcome model_clinic::presence(const room_id& room, const std::string& person, presence_edge edge) {
  return keep(room, decide_presence(rooms.at(room), person_id{person}, edge));
}

model_clinic::outcome model_clinic::attend(const room_id& room, const std::string& person, bool attentive) {
  return keep(room, decide_attention(rooms.at(room), person_id{person}, attentive));
}

model_clinic::outcome model_clinic::send_media(const room_id& room, const std::string& person, bool video, bool audio) {
  return keep(room, decide_report(rooms.at(room), person_id{person}, set_media{room, video, audio}));
}

model_clinic::outcome model_clinic::leave(const room_id& room, const std::string& person) {
  return presence(room, person, {presence_change::left, now, leave_reason::left});
}

model_clinic::outcome model_clinic::lose(const room_id& room, const std::string& person, timestamp last_proof) {
  return presence(room, person, {presence_change::left, last_proof, leave_reason::lost});
}

model_clinic::outcome model_clinic::pass_time(const room_id& room) {
  return keep(room, decide_deadline(rooms.at(room), now, policy));
}

model_clinic::outcome model_clinic::book(const room_id& room, const std::vector<std::string>& patients,
                                         const std::vector<std::string>& doctors, bool is_test) {
  return ask(room_command{put_appointment{{room, now, 60, "menu-secret", ids(patients), ids(doctors), is_test}}});
}

void model_clinic::bring_in(const room_id& room, const std::string& person) {
  CHECK(enter(room, person) == "participant_arrived");
  CHECK(ask(room_command{admit{room, person_id{person}}}) == "participant_admitted participant_entered");
}

model_clinic::outcome model_clinic::invite(const room_id& room, const std::string& person, party which) {
  const invite_id invite{"i-" + person};
  ask(room_command{invite_guest{room, which, "name of " + person, invite, person_id{person}, "hash-" + person}});
  ask(room_command{redeem_invite{room, invite, "hash-" + person}});
  return enter(room, person);
}

const participant& model_clinic::person(const room_id& id, const std::string& who) const {
  const auto* found = find_participant(rooms.at(id), person_id{who});
  REQUIRE(found != nullptr);
  return *found;
}

} // namespace machiai::test
