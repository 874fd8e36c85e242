#include "tests/support/actor_peek.hpp"
#include "tests/support/visit_fixture.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;
using std::chrono::seconds;

namespace {

const room_id room{"r1"};

/// Patient `p1` on its phone and doctor `d1` at a desk, in the room of one consultation.
struct in_call : in_consultation {
  in_call() {
    at(page).device = device_id{"phone"};
    at(doctor_page).device = device_id{"desk"};
  }

  void say(const session_id& from, call_command what) {
    shard().send(at(from), command_id{"call-" + std::to_string(++said)}, std::move(what));
    settle();
  }

  /// The newest `call` frame, signal or refusal this session was told.
  [[nodiscard]] std::string last(const session_id& who, told::what kind = told::what::call) {
    const auto all = at(who).all(kind);
    return all.empty() ? "" : all.back().text;
  }

  /// A new connection of the patient's phone that came in.
  session_id phone_again() {
    auto& again = patient("p1", "r1");
    const auto id = again.id;
    again.device = device_id{"phone"};
    CHECK(is_ok(ask(at(id), enter_waiting("r1"))));
    return id;
  }

  const call_endpoint phone{person_id{"p1"}, device_id{"phone"}};
  const call_endpoint desk{person_id{"d1"}, device_id{"desk"}};
  const std::string both{R"("endpoints":[{"person":"d1","device":"desk"},{"person":"p1","device":"phone"}],"left":[])"};
  int said = 0;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE_FIXTURE(in_call, "call: everybody in it is told who is, and nothing of it is stored") {
  const auto stored = since();
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  CHECK(contains(last(page), both));
  CHECK(contains(last(doctor_page), both));
  say(page, {leave_call{room}});
  CHECK(contains(last(doctor_page), R"("endpoints":[{"person":"d1","device":"desk"}],"left":[{"person":"p1")"));
  CHECK(since() == stored);
}

TEST_CASE_FIXTURE(in_call, "call: signals reach the one they are for, in order, and nobody else") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  const auto before = at(page).all(told::what::call).size();
  const auto others = at(doctor_page).all(told::what::call).size();
  for (const auto* body : {"\"candidate\":1", "\"candidate\":2", "\"candidate\":3"})
    say(doctor_page, {call_signal{room, phone, body}});
  const auto told = at(page).all(told::what::call);
  REQUIRE(told.size() == before + 3);
  for (size_t i = 0; i < 3; ++i)
    CHECK(contains(told[before + i].text, "\"candidate\":" + std::to_string(i + 1)));
  CHECK(contains(told.back().text, R"("from":{"person":"d1","device":"desk"})"));
  CHECK(at(doctor_page).all(told::what::call).size() == others);
}

TEST_CASE_FIXTURE(in_call, "call: only who is in the room and named a device may join, and only who joined may speak") {
  say(page, {call_signal{room, desk, "\"candidate\":null"}});
  CHECK(last(page, told::what::call_refusal) == "not_present");
  at(page).device = {};
  say(page, {join_call{room}});
  CHECK(last(page, told::what::call_refusal) == "conflict");
  at(page).device = device_id{"phone"};
  CHECK(is_ok(ask(at(doctor_page), of_room({send_back{room, person_id{"p1"}}}))));
  say(page, {join_call{room}});
  CHECK(last(page, told::what::call_refusal) == "not_present");
}

TEST_CASE_FIXTURE(in_call, "call: a device too many is refused, one that is in already is not") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  session_id tablet;
  for (auto tablets = 1; tablets <= 5; ++tablets) {
    CHECK(last(tablet.number == 0 ? page : tablet, told::what::call_refusal).empty());
    tablet = patient("p1", "r1").id;
    at(tablet).device = device_id{"tablet-" + std::to_string(tablets)};
    CHECK(is_ok(ask(at(tablet), enter_waiting("r1"))));
    say(tablet, {join_call{room}});
  }
  CHECK(last(tablet, told::what::call_refusal) == "limit_reached");
  say(page, {join_call{room}});
  CHECK(contains(last(page), "tablet-4"));
}

TEST_CASE_FIXTURE(in_call, "call: who is lost stays in while in doubt, and is gone with the leave") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  shard().drop(page);
  settle();
  advance(seconds{29});
  CHECK(contains(last(doctor_page), both));
  advance(seconds{2});
  CHECK(contains(last(doctor_page), R"("left":[{"person":"p1","device":"phone"}])"));
}

TEST_CASE_FIXTURE(in_call, "call: a device that comes back is reached by its new connection") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  const auto again = phone_again();
  say(again, {join_call{room}});
  say(doctor_page, {call_signal{room, phone, "\"candidate\":null"}});
  CHECK(contains(last(again), "\"type\":\"signal\""));
  CHECK_FALSE(contains(last(page), "\"type\":\"signal\""));
}

TEST_CASE_FIXTURE(in_call, "call: a lost device keeps its place for the patience, though its person stays by another") {
  const auto tablet = patient("p1", "r1").id;
  at(tablet).device = device_id{"tablet"};
  CHECK(is_ok(ask(at(tablet), enter_waiting("r1"))));
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  say(tablet, {join_call{room}});
  shard().drop(page);
  settle();
  const auto look = [&] { say(tablet, {report_quality{room, call_quality::good, {}, {}}}); };
  advance(seconds{30});
  look();
  CHECK_FALSE(contains(last(tablet), R"("left":[{"person":"p1","device":"phone"}])"));
  advance(seconds{1});
  look();
  CHECK(contains(last(tablet), R"("left":[{"person":"p1","device":"phone"}])"));
  CHECK(contains(last(tablet), R"("device":"tablet"}],"left")"));
  CHECK(since() == "");
}

TEST_CASE_FIXTURE(in_call, "call: a lost device that is back in time stays") {
  const auto tablet = patient("p1", "r1").id;
  at(tablet).device = device_id{"tablet"};
  CHECK(is_ok(ask(at(tablet), enter_waiting("r1"))));
  say(page, {join_call{room}});
  say(tablet, {join_call{room}});
  shard().drop(page);
  advance(seconds{20});
  const auto again = phone_again();
  say(again, {join_call{room}});
  advance(seconds{60});
  say(tablet, {call_signal{room, phone, "\"candidate\":null"}});
  CHECK(contains(last(again), "\"type\":\"signal\""));
}

TEST_CASE_FIXTURE(in_call, "call: an older connection of a device does not end the newer one's place") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  const auto again = phone_again();
  say(again, {join_call{room}});
  say(page, {leave_call{room}});
  shard().drop(page);
  advance(seconds{60});
  say(doctor_page, {call_signal{room, phone, "\"candidate\":null"}});
  CHECK(contains(last(again), "\"type\":\"signal\""));
}

TEST_CASE_FIXTURE(in_call, "call: it survives the death of the room and of the clinic") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  const auto tell_each_other = [&] {
    say(doctor_page, {call_signal{room, phone, "\"candidate\":null"}});
    CHECK(contains(last(page), "\"type\":\"signal\""));
    say(page, {call_signal{room, desk, "\"candidate\":null"}});
    CHECK(contains(last(doctor_page), "\"type\":\"signal\""));
    CHECK(at(page).all(told::what::call_refusal).empty());
  };
  const auto clinic_now = [&] { return shard().clinic(clinic); };
  caf::anon_send_exit(state_of<clinic_actor_state>(clinic_now())->household().rooms().at(room).actor,
                      caf::exit_reason::kill);
  settle();
  CHECK(contains(last(page), R"("person":"d1","device":"desk")"));
  CHECK(contains(last(doctor_page), R"("person":"p1","device":"phone")"));
  tell_each_other();
  caf::anon_send_exit(clinic_now(), caf::exit_reason::kill);
  advance(seconds{2});
  CHECK(contains(last(page), R"("person":"d1","device":"desk")"));
  CHECK(contains(last(doctor_page), R"("person":"p1","device":"phone")"));
  tell_each_other();
}

TEST_CASE_FIXTURE(in_call, "call: whoever is sent back, removed or at the end of the consultation is out of it") {
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  CHECK(is_ok(ask(at(doctor_page), of_room({send_back{room, person_id{"p1"}}}))));
  CHECK(contains(last(doctor_page), R"("left":[{"person":"p1")"));
}

TEST_CASE_FIXTURE(in_call, "call: how it goes is told to consoles only") {
  const auto reception = console().id;
  say(doctor_page, {join_call{room}});
  say(page, {join_call{room}});
  say(page, {report_quality{room, call_quality::poor, 300, {}}});
  CHECK(contains(last(reception), R"("person":"p1","device":"phone","quality":"poor","round_trip_ms":300})"));
  CHECK_FALSE(contains(last(page), "quality"));
}

TEST_CASE_FIXTURE(in_call, "device: a newer connection takes the older one's place without doubt or a second device") {
  shard().send(at(page), command_id{"again"}, any_command{person_command{enter_waiting_room{room}}});
  settle();
  const auto again = phone_again();
  CHECK(at(page).all(told::what::replaced).size() == 1);
  CHECK(at(again).all(told::what::replaced).empty());
  shard().drop(page);
  settle();
  advance(seconds{60});
  CHECK(since().empty());
  CHECK(is_ok(ask(at(again), leave("r1"))));
  CHECK(since() == "room.participant_left p1\n");
}

TEST_CASE_FIXTURE(in_call, "device: another tab of the person is a second device") {
  shard().send(at(page), command_id{"again"}, any_command{person_command{enter_waiting_room{room}}});
  const auto tablet = patient("p1", "r1").id;
  at(tablet).device = device_id{"tablet"};
  CHECK(is_ok(ask(at(tablet), enter_waiting("r1"))));
  CHECK(at(page).all(told::what::replaced).empty());
}

TEST_CASE_FIXTURE(in_call, "media: what somebody in the room sends is recorded, once for each change") {
  const person_command both_on{set_media{room, true, true}};
  CHECK(is_ok(ask(at(page), both_on)));
  CHECK(is_ok(ask(at(page), both_on)));
  CHECK(is_ok(ask(at(page), person_command{set_media{room, false, true}})));
  CHECK(since() == "room.media_changed p1\nroom.media_changed p1\n");
  CHECK(stored_participant("r1", "p1")->media == media_state{false, true});
  CHECK(is_ok(ask(at(doctor_page), of_room({send_back{room, person_id{"p1"}}}))));
  CHECK_FALSE(stored_participant("r1", "p1")->media.has_value());
  CHECK(contains(ask(at(page), both_on), "not_present"));
}

TEST_CASE_FIXTURE(in_call, "device test: its result stands on the card, and the same again is no event") {
  const person_command tested{report_device_test{room, device_check::passed, device_check::refused,
                                                 device_check::skipped, device_check::failed}};
  CHECK(is_ok(ask(at(page), tested)));
  CHECK(is_ok(ask(at(page), tested)));
  CHECK(since() == "room.device_tested p1\n");
  CHECK(at(doctor_page).was_told(R"("microphone":"refused")"));
}
