#include "store/verify.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/send.hpp>

using namespace machiai;
using namespace machiai::test;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// The history is numbered without a gap and its chain holds.
void check_history(const std::shared_ptr<memory_log>& disk) {
  memory_event_store store(disk);
  const auto verified = verify_clinic(store, actor_fixture::clinic);
  REQUIRE(verified);
  CHECK_MESSAGE(!verified->fault, (verified->fault ? verified->fault->reason : ""));
}

std::string kind_of_frame(const std::string& text) {
  const auto start = text.find("\"name\":\"") + 8;
  return text.substr(start, text.find('"', start) - start);
}

} // namespace

TEST_CASE_FIXTURE(actor_fixture, "clinic: a patient enters and every console sees it") {
  start();
  make_clinic(2);
  auto& one = console();
  auto& two = console();
  auto& page = patient("p1", "r1");
  CHECK(is_ok(ask(page, enter_waiting("r1"))));
  CHECK(one.was_told("participant_arrived"));
  CHECK(two.was_told("participant_arrived"));
  CHECK(page.was_told("\"place_in_line\":1"));
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::waiting);
  check_history(disk_log());
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: nothing is visible and nothing answered before the commit") {
  settings.store.commit_interval_us = 1'000'000;
  start();
  advance(seconds{1});
  CHECK(is_ok(ask_clinic(of_clinic({put_clinic{{"待合クリニック"}}}))));
  auto& board = console();
  const auto before = board.story.size();
  shard().send(*shard().find(system_session()), command_id{"b"}, of_clinic({put_doctor{{person_id{"d1"}, "佐藤"}}}));
  settle();
  CHECK(board.story.size() == before);
  CHECK(shard().find(system_session())->answer("b").empty());
  CHECK(stored_seq() == 1);
  advance(seconds{1});
  CHECK(stored_seq() == 2);
  CHECK(board.was_told(R"("key":"doctor:d1","doctor":{"doctor":"d1","name":"佐藤"}})"));
  CHECK(is_ok(shard().find(system_session())->answer("b")));
}

TEST_CASE_FIXTURE(actor_fixture,
                  "clinic: frames come in order, one position after the other, and the answer after them") {
  start();
  make_clinic(3);
  auto& doctor_page = doctor("d1");
  auto& page = patient("p1", "r1");
  ask(page, enter_waiting("r1"));
  CHECK(is_ok(ask(doctor_page, enter("r1"))));
  CHECK(is_ok(ask(doctor_page, admit_to("r1", "p1"))));
  uint64_t last = doctor_page.all(told::what::snapshot).at(0).position.seq;
  for (const auto& x : doctor_page.all(told::what::frame)) {
    CHECK(x.position.seq == last + 1);
    last = x.position.seq;
  }
  CHECK(last == stored_seq());
  const auto& end = doctor_page.story.back();
  CHECK(end.kind == told::what::answer);
  CHECK(end.text == R"({"ok":true,"seq":)" + std::to_string(last) + "}");
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: the doctor enters, admits, leaves, and the bill stands at the end") {
  start();
  make_clinic(1);
  auto& board = console();
  auto& page = patient("p1", "r1");
  auto& doctor_page = doctor("d1");
  ask(page, enter_waiting("r1"));
  advance(minutes{5});
  CHECK(is_ok(ask(doctor_page, enter("r1"))));
  CHECK(is_ok(ask(board, admit_to("r1", "p1"))));
  advance(minutes{31});
  CHECK(is_ok(ask(doctor_page, leave("r1"))));
  advance(minutes{1});
  CHECK(is_ok(ask(board, end_of("r1"))));
  const auto state = stored();
  const auto& bills = find_room(state, room_id{"r1"})->bills;
  REQUIRE(bills.size() == 1);
  CHECK(bills[0].bill.doctor_in_room_ms == minutes{31} / milliseconds{1});
  CHECK(bills[0].bill.units == 2);
  CHECK(bills[0].bill.total_yen_ex_tax == 200);
  CHECK(board.was_told("\"total_yen_ex_tax\":200"));
  CHECK_FALSE(is_ok(ask(page, enter_waiting("r1"))));
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: a repeated command gets the same answer and has no second effect") {
  start();
  make_clinic(1);
  auto& board = console();
  const auto invite = of_room(
      {invite_guest{room_id{"r1"}, party::family, "母", invite_id{"i1"}, person_id{"g1"}, std::string(64, 'a')}});
  const auto first = ask(board, "once", invite);
  CHECK(is_ok(first));
  const auto seq = stored_seq();
  ask(board, of_room({lock_room{room_id{"r1"}}}));
  ask(board, "once", invite);
  const auto answers = board.all(told::what::answer);
  CHECK(answers.back().key == "once");
  CHECK(answers.back().text == first);
  CHECK(stored_seq() == seq + 1);
  const auto unlocked = ask(board, "unlock", of_room({unlock_room{room_id{"r1"}}}));
  ask(board, of_room({lock_room{room_id{"r1"}}}));

  SUBCASE("also after the engine died") {
    crash();
    start();
    auto& again = console();
    const auto before = stored_seq();
    CHECK(ask(again, "once", invite) == first);
    CHECK(ask(again, "unlock", of_room({unlock_room{room_id{"r1"}}})) == unlocked);
    CHECK(stored_seq() == before);
    CHECK(stored().rooms.at(room_id{"r1"}).locked);
  }
  SUBCASE("also after a planned restart") {
    const auto refused = ask(board, "refused", admit_to("r1", "p1"));
    CHECK_FALSE(is_ok(refused));
    stop_as_planned();
    start();
    auto& again = console();
    CHECK(ask(again, "once", invite) == first);
    CHECK(ask(again, "refused", admit_to("r1", "p1")) == refused);
    CHECK(ask(again, "unlock", of_room({unlock_room{room_id{"r1"}}})) == unlocked);
    CHECK(stored().rooms.at(room_id{"r1"}).locked);
  }
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: an answer given after the newest snapshot at its position survives a crash") {
  start();
  make_clinic(1);
  stop_as_planned();
  start();
  auto& board = console();
  const auto refused = ask(board, "refused", admit_to("r1", "p1"));
  CHECK_FALSE(is_ok(refused));
  crash();
  start();
  auto& page = patient("p1", "r1");
  CHECK(is_ok(ask(page, enter_waiting("r1"))));
  CHECK(ask(console(), "refused", admit_to("r1", "p1")) == refused);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: a failed append ends it, the log decides, sessions come back") {
  commit_faults faults;
  faults.fail_before = {9};
  start(faults);
  make_clinic(1);
  auto& board = console();
  auto& page = patient("p1", "r1");
  const auto before = shard().clinic(clinic);
  const auto seq = stored_seq();
  // The setup took eight commits at most; find the failing one by asking until the clinic is another one.
  std::string lost;
  for (int i = 0; i < 10 && shard().clinic(clinic) == before; ++i) {
    lost = "try" + std::to_string(i);
    shard().send(page, command_id{lost}, i % 2 == 0 ? enter_waiting("r1") : leave("r1"));
    advance(seconds{1});
  }
  REQUIRE(shard().clinic(clinic) != before);
  // The command was sent again to the clinic that woke anew, and this time it was stored.
  CHECK(is_ok(page.answer(lost)));
  CHECK(board.subscribed);
  CHECK(stored_seq() > seq);
  CHECK(board.position->seq == stored_seq());
  check_history(disk_log());
}

TEST_CASE_FIXTURE(actor_fixture,
                  "clinic: a commit of unknown outcome is asked for until it is known, and nothing is lost") {
  commit_faults faults;
  faults.fail_after = {6, 8};
  start(faults);
  make_clinic(1);
  const auto first = shard().clinic(clinic);
  auto& page = patient("p1", "r1");
  CHECK(ask(page, "in", enter_waiting("r1")).empty());
  advance(seconds{1});
  CHECK(is_ok(page.answer("in")));
  CHECK(ask(page, "out", leave("r1")).empty());
  advance(seconds{1});
  CHECK(is_ok(page.answer("out")));
  CHECK(shard().clinic(clinic) == first);
  CHECK(shard().find(system_session())->unanswered.empty());
  check_history(disk_log());
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: whoever writes under a stale epoch ends") {
  start();
  make_clinic(1);
  const auto before = shard().clinic(clinic);
  memory_event_store other(disk_log());
  const std::vector<clinic_id> ids{clinic};
  REQUIRE(other.take_over(ids, {99, 0}));
  auto& page = patient("p1", "r1");
  shard().send(page, command_id{"k"}, enter_waiting("r1"));
  advance(seconds{1});
  CHECK(shard().clinic(clinic) != before);
  CHECK(is_ok(page.answer("k")));
  CHECK(disk().clinics[clinic].events.back().epoch == 3);
  check_history(disk_log());
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: a damaged history does not wake") {
  start();
  make_clinic(1);
  crash();
  disk().clinics[clinic].events.at(2).body = "{";
  start();
  auto& board = console();
  advance(seconds{30});
  CHECK_FALSE(board.subscribed);
  CHECK(board.story.empty());
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: the place in line is pushed when it changes") {
  start();
  make_clinic(3);
  auto& first = patient("p1", "r1");
  auto& second = patient("p2", "r2");
  ask(first, enter_waiting("r1"));
  advance(seconds{1});
  ask(second, enter_waiting("r2"));
  CHECK(second.was_told("\"place_in_line\":2"));
  auto& board = console();
  ask(board, admit_to("r1", "p1"));
  CHECK(second.story.back().text.find("\"place_in_line\":1") != std::string::npos);
  CHECK(kind_of_frame(second.story.back().text) == "room.participant_entered");
  CHECK(board.story.back().key != "visit");
}

TEST_CASE_FIXTURE(
    actor_fixture,
    "clinic: an invited guest comes in by a link that works once, is out when removed, and back when admitted") {
  start();
  make_clinic(1);
  auto& board = console();
  const std::string secret(64, 'a');
  ask(board,
      of_room({invite_guest{room_id{"r1"}, party::interpreter, "通訳", invite_id{"i1"}, person_id{"g1"}, secret}}));
  CHECK_FALSE(guest("g1", "r1").subscribed);
  CHECK_FALSE(is_ok(ask_clinic(of_room({redeem_invite{room_id{"r1"}, invite_id{"i1"}, std::string(64, 'b')}}))));
  CHECK(is_ok(ask_clinic(of_room({redeem_invite{room_id{"r1"}, invite_id{"i1"}, secret}}))));
  CHECK_FALSE(is_ok(ask_clinic(of_room({redeem_invite{room_id{"r1"}, invite_id{"i1"}, secret}}))));
  auto& page = guest("g1", "r1");
  CHECK(is_ok(ask(page, enter_waiting("r1"))));
  CHECK(stored_participant("r1", "g1")->party == party::interpreter);
  CHECK(is_ok(ask(board, of_room({remove_participant{room_id{"r1"}, person_id{"g1"}}}))));
  CHECK(page.all(told::what::expelled).size() == 1);
  CHECK_FALSE(is_ok(ask(page, enter_waiting("r1"))));
  CHECK(guest("g1", "r1").story.at(0).text == "removed");
  CHECK(is_ok(ask(board, admit_to("r1", "g1"))));
  CHECK(is_ok(ask(guest("g1", "r1"), enter_waiting("r1"))));
  CHECK(stored_participant("r1", "g1")->whereabouts == whereabouts::in_room);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: four hours without a doctor end the consultation") {
  start();
  make_clinic(1);
  auto& board = console();
  auto& doctor_page = doctor("d1");
  ask(doctor_page, enter("r1"));
  advance(minutes{10});
  ask(doctor_page, leave("r1"));
  advance(minutes{4 * 60 - 1});
  CHECK_FALSE(stored().rooms.at(room_id{"r1"}).ended);
  advance(minutes{2});
  CHECK(stored().rooms.at(room_id{"r1"}).ended);
  CHECK(board.was_told("room.consultation_ended"));
  CHECK(stored().rooms.at(room_id{"r1"}).bills.at(0).bill.doctor_in_room_ms == minutes{10} / milliseconds{1});
  advance(minutes{24 * 60 + 1});
  CHECK_FALSE(stored().rooms.contains(room_id{"r1"}));
  CHECK_FALSE(is_ok(ask(doctor_page, enter("r1"))));
  CHECK_FALSE(is_ok(ask(board, of_room({lock_room{room_id{"r1"}}}))));
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: two patients, two doctors and ten guests are in one room and on one bill") {
  start();
  make_clinic(2);
  const room_id room{"r1"};
  auto visit = stored().rooms.at(room).appointment;
  visit.patients = {person_id{"p1"}, person_id{"p2"}};
  visit.doctors = {person_id{"d1"}, person_id{"d2"}};
  CHECK(is_ok(ask_clinic(of_room({put_appointment{visit}}))));
  auto& board = console();
  for (const auto* id : {"p1", "p2"})
    CHECK(is_ok(ask(patient(id, "r1"), enter_waiting("r1"))));
  const std::string secret(64, 'a');
  for (int i = 0; i < 10; ++i) {
    const auto who = "g" + std::to_string(i);
    const invite_id invite{"i" + who};
    CHECK(is_ok(ask(board, of_room({invite_guest{room, party::family, "家族", invite, person_id{who}, secret}}))));
    CHECK(is_ok(ask_clinic(of_room({redeem_invite{room, invite, secret}}))));
    CHECK(is_ok(ask(guest(who, "r1"), enter_waiting("r1"))));
  }
  for (const auto* id : {"d1", "d2"})
    CHECK(is_ok(ask(doctor(id), enter("r1"))));
  const auto waiting = stored().rooms.at(room).participants;
  for (const auto& x : waiting)
    if (x.party != party::doctor)
      CHECK(is_ok(ask(board, admit_to("r1", x.person.value))));
  CHECK(count_in_room(stored().rooms.at(room), party::family) == 10);
  CHECK(count_present(stored().rooms.at(room)) == 14);
  advance(minutes{20});
  CHECK(is_ok(ask(board, end_of("r1"))));
  const auto bill = stored().rooms.at(room).bills.at(0).bill;
  CHECK(bill.additional_participants == 12);
  CHECK(bill.total_yen_ex_tax == 100 + 12 * 50);
}
