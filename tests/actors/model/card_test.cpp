#include "actors/model/card.hpp"
#include "actors/model/waiting_line.hpp"
#include "store/json_encode.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <set>

using namespace machiai;
using namespace machiai::test;

namespace {

/// A visit with everything in it that somebody could see: p1 in the room in doubt, p2 waiting with a hidden page, a
/// nurse in the room, g2 invited, g3 removed, d1 in for 31 minutes.
model_clinic busy_clinic() {
  model_clinic clinic;
  clinic.book(room_1, {"p1", "p2"}, {"d1"}, true);
  clinic.bring_in(room_1, "p1");
  clinic.enter(room_1, "p2");
  clinic.attend(room_1, "p2", false);
  clinic.enter(room_1, "d1");
  clinic.invite(room_1, "g1", party::nurse);
  clinic.ask(admit_in("g1"));
  clinic.ask(invite_by("g2"));
  clinic.invite(room_1, "g3", party::family);
  clinic.ask(put_out("g3"));
  clinic.wait(31 * minute);
  clinic.presence(room_1, "p1", doubt_since(clinic.now - second));
  clinic.ask(lock_it);
  return clinic;
}

std::optional<uint32_t> place_of(const model_clinic& clinic) {
  const auto line = waiting_line(clinic.state);
  const auto it = line.find(room_1);
  return it == line.end() ? std::nullopt : std::optional{it->second};
}

struct texts {
  std::string staff;
  std::string patient;
  std::string guest;
};

texts cards_of(const model_clinic& clinic) {
  return {encode_json(staff_card(clinic.state, room_1, place_of(clinic), clinic.state.last_at)),
          encode_json(patient_card(clinic.state, room_1, place_of(clinic))),
          encode_json(guest_card(clinic.state, room_1))};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::set<std::string> keys_of(const std::string& json) {
  std::set<std::string> keys;
  const auto value = boost::json::parse(json);
  for (const auto& member : value.as_object())
    keys.insert(member.key());
  return keys;
}

} // namespace

TEST_CASE("card: each audience sees what the table says and nothing else") {
  const auto [staff, patient, guest] = cards_of(busy_clinic());
  struct row {
    const char* what;
    bool staff, patient, guest;
  };
  const row table[] = {
      {"Machiai Clinic", false, true, true},
      {"\"room\":\"room-1\"", true, true, true},
      {"\"phase\":\"in_consultation\"", true, true, true},
      {"Dr d1", true, true, true},
      {"menu-secret", true, true, false},
      {"duration_min", true, true, false},
      {"place_in_line", true, true, false},
      {"name of g1", true, true, true},
      {"name of p1", true, true, true},
      {"\"unstable\":true", true, true, true},
      {"kana-p1", true, false, false},
      {"chart-p1", true, false, false},
      {"name-p1", true, true, false},
      {"card_registered", true, false, false},
      {"is_test", true, false, false},
      {"locked", true, false, false},
      {"meter", true, false, false},
      {"yen", true, false, false},
      {"attentive", true, false, false},
      {"last_proof_at", true, false, false},
      {"first_arrived_at", true, false, false},
      {"admitted", true, false, false},
      {"g2", true, false, false},
      {"name of g3", true, false, false},
      {"removed", true, false, false},
      {"invitations", true, false, false},
      {"hash-g1", false, false, false},
      {"hash-g2", false, false, false},
      {"secret_hash", false, false, false},
  };
  for (const auto& x : table) {
    CAPTURE(x.what);
    CHECK(has(staff, x.what) == x.staff);
    CHECK(has(patient, x.what) == x.patient);
    CHECK(has(guest, x.what) == x.guest);
  }
}

TEST_CASE("card: a view has no members but these, so that nothing new slips to an audience unseen") {
  const auto [staff, patient, guest] = cards_of(busy_clinic());
  using keys = std::set<std::string>;
  CHECK(keys_of(guest) == keys{"room", "clinic", "phase", "starts_at", "doctors", "people"});
  CHECK(keys_of(patient) == keys{"room", "clinic", "patients", "phase", "starts_at", "duration_min", "menu", "doctors",
                                 "people", "place_in_line", "invited"});
  for (const auto& text : {patient, guest}) {
    const auto view = boost::json::parse(text);
    for (const auto& person : view.as_object().at("people").as_array()) {
      keys members;
      for (const auto& member : person.as_object())
        members.insert(member.key());
      CHECK(members == keys{"person", "party", "display_name", "whereabouts", "unstable"});
    }
  }
}

TEST_CASE("card: the meter shows the time so far, and after the end the bill") {
  auto clinic = busy_clinic();
  const auto card_now = [&] { return staff_card(clinic.state, room_1, {}, clinic.state.last_at); };
  CHECK(card_now().meter.doctor_in_room_ms == (31 * minute).count());
  CHECK(card_now().meter.running);
  CHECK(card_now().meter.units == 2);
  CHECK(card_now().meter.additional_participants == 1);
  CHECK(card_now().bill_revision == 0);
  clinic.ask(end_it);
  clinic.wait(hour);
  clinic.ask({put_clinic{{"later"}}});
  // Prices are those of the first entry, whatever they are by now.
  clinic.policy.price.unit_yen = 999;
  const auto ended = card_now();
  CHECK(ended.phase == room_phase::ended);
  CHECK_FALSE(ended.meter.running);
  CHECK(ended.meter.total_yen_ex_tax == clinic.room(room_1).bills[0].bill.total_yen_ex_tax);
  CHECK(ended.bill_revision == 1);
  CHECK(ended.ended_at.has_value());
  clinic.ask(reopen_it);
  CHECK(card_now().meter.total_yen_ex_tax == ended.meter.total_yen_ex_tax);
  CHECK_FALSE(card_now().ended_at.has_value());
}

TEST_CASE("card: a revoked invitation is not shown, a redeemed one says so") {
  auto clinic = busy_clinic();
  clinic.ask(withdraw("g2"));
  const auto card = staff_card(clinic.state, room_1, {}, clinic.now);
  REQUIRE(card.invitations.size() == 2);
  CHECK(card.invitations[0].person == person_id{"g1"});
  CHECK(card.invitations[0].redeemed);
}

TEST_CASE("card: patients and guests are told the clinic's address, and of a doctor the year of entry, if recorded") {
  auto clinic = busy_clinic();
  clinic.ask({put_clinic{{"Machiai Clinic", "03-1234-5678", "一番町1-1", 5, 15}}});
  clinic.ask({put_doctor{{person_id{"d1"}, "Dr d1", 1998}}});
  const auto patient = patient_card(clinic.state, room_1, {});
  CHECK(patient.phone == "03-1234-5678");
  CHECK(patient.address == "一番町1-1");
  REQUIRE(!patient.doctors.empty());
  CHECK(patient.doctors[0].registered_year == 1998);
  CHECK(guest_card(clinic.state, room_1).address == patient.address);
  // Staff's affair.
  for (const auto& text : {encode_json(patient), encode_json(guest_card(clinic.state, room_1))})
    CHECK_FALSE(has(text, "waiting_warn_min"));
}

TEST_CASE("card: patients are told who is invited and has not come, while the invitation holds") {
  auto clinic = busy_clinic();
  const auto names = [&] {
    std::vector<std::string> result;
    for (const auto& x : patient_card(clinic.state, room_1, {}).invited)
      result.push_back(x.display_name);
    return result;
  };
  std::vector<std::string> open;
  for (const auto& x : staff_card(clinic.state, room_1, {}, clinic.now).invitations)
    if (!x.redeemed)
      open.push_back(x.display_name);
  REQUIRE(!open.empty());
  CHECK(names() == open);
  clinic.wait(48 * hour);
  // Time alone changes no view: the next event of the room does.
  CHECK(names() == open);
  clinic.ask(room_command{unlock_room{room_1}});
  CHECK(names().empty());
}

TEST_CASE("card: a room that is not on the board has none") {
  const model_clinic clinic;
  CHECK_THROWS(guest_card(clinic.state, room_id{"nowhere"}));
}
