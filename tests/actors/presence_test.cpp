#include "tests/support/visit_fixture.hpp"

#include <caf/send.hpp>

using namespace machiai;
using namespace machiai::test;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE_FIXTURE(in_consultation, "presence: a second device keeps one participant, the last one out leaves") {
  const auto second = patient("p1", "r1").id;
  CHECK(is_ok(ask(at(second), enter_waiting("r1"))));
  CHECK(since().empty());
  CHECK(is_ok(ask(at(page), leave("r1"))));
  CHECK(since().empty());
  CHECK(is_ok(ask(at(second), leave("r1"))));
  CHECK(since() == "room.participant_left p1\n");
}

TEST_CASE_FIXTURE(in_consultation,
                  "presence: a lost connection is doubt at once; back within 30 s only the doubt ends") {
  shard().drop(page);
  settle();
  CHECK(since() == "room.participant_unstable p1\n");
  CHECK(at(doctor_page).was_told("\"unstable\":true"));
  advance(milliseconds{30'000});
  auto& again = patient("p1", "r1");
  CHECK(is_ok(ask(again, enter_waiting("r1"))));
  advance(minutes{2});
  CHECK(since() == "room.participant_unstable p1\nroom.participant_stable p1\n");
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::in_room);
}

TEST_CASE_FIXTURE(in_consultation, "presence: not back within 30 s left at the last proof") {
  const auto proof = engine().now();
  shard().fall_silent(at(page));
  advance(seconds{10});
  shard().drop(page);
  advance(milliseconds{20'000});
  CHECK(since() == "room.participant_unstable p1\n");
  advance(milliseconds{2});
  CHECK(since() == "room.participant_unstable p1\nroom.participant_left p1\n");
  CHECK(stored_participant("r1", "p1")->since == proof);
  auto& again = patient("p1", "r1");
  CHECK(is_ok(ask(again, enter_waiting("r1"))));
  // The admission outlives a lost connection.
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::in_room);
}

TEST_CASE_FIXTURE(in_consultation, "presence: a silent device that speaks again was never away") {
  shard().fall_silent(at(page));
  advance(seconds{5});
  shard().speak(at(page));
  advance(minutes{1});
  CHECK(since() == "room.participant_unstable p1\nroom.participant_stable p1\n");
}

TEST_CASE_FIXTURE(in_consultation, "presence: a leave of an old session never ends a newer one") {
  const auto newer = patient("p1", "r1").id;
  ask(at(newer), enter_waiting("r1"));
  auto& old = at(page);
  const auto person = old.person;
  const auto old_id = old.id;
  CHECK(is_ok(ask(old, leave("r1"))));
  CHECK(is_ok(ask(old, leave("r1"))));
  caf::anon_send(person, device_lost{old_id, engine().now()});
  advance(minutes{1});
  CHECK(since().empty());
}

TEST_CASE_FIXTURE(in_consultation, "presence: a command repeated on a new connection makes that a device too") {
  const auto first = ask(at(page), "come", enter_waiting("r1"));
  shard().drop(page);
  advance(seconds{3});
  auto& again = patient("p1", "r1");
  CHECK(ask(again, "come", enter_waiting("r1")) == first);
  advance(minutes{1});
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::in_room);
  CHECK_FALSE(stored_participant("r1", "p1")->unstable_since);
}

TEST_CASE_FIXTURE(in_consultation, "presence: a shard that is gone takes its sessions with it") {
  shard().die();
  settle();
  CHECK(since() == "room.participant_unstable d1\nroom.participant_unstable p1\n");
  advance(minutes{1});
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::left);
}

TEST_CASE_FIXTURE(in_consultation, "doctor: entering another room leaves the first, in the order of the log") {
  CHECK(is_ok(ask(at(doctor_page), enter("r2"))));
  CHECK(since() == "room.participant_left d1\nroom.participant_entered d1\n");
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::left);
  CHECK(stored_participant("r2", "d1")->whereabouts == whereabouts::in_room);
}

TEST_CASE_FIXTURE(in_consultation, "doctor: a room that does not exist holds nobody up") {
  CHECK_FALSE(is_ok(ask(at(doctor_page), enter("nowhere"))));
  CHECK(is_ok(ask(at(doctor_page), enter("r2"))));
  CHECK(is_ok(ask(at(doctor_page), enter("r1"))));
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::in_room);
  CHECK(stored_participant("r2", "d1")->whereabouts == whereabouts::left);
}

TEST_CASE_FIXTURE(in_consultation, "doctor: an entry that waits for the leave is dropped with its connection") {
  shard().send(at(doctor_page), command_id{"over"}, enter("r2"));
  shard().drop(doctor_page);
  advance(minutes{1});
  CHECK(stored_participant("r2", "d1") == nullptr);
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::left);
}

TEST_CASE_FIXTURE(in_consultation, "doctor: a leave said while the entry waits takes the entry back") {
  shard().send(at(doctor_page), command_id{"over"}, enter("r2"));
  shard().send(at(doctor_page), command_id{"no"}, leave("r2"));
  advance(minutes{1});
  CHECK(stored_participant("r2", "d1") == nullptr);
  CHECK_FALSE(is_ok(at(doctor_page).answer("over")));
  CHECK(is_ok(at(doctor_page).answer("no")));
}

TEST_CASE_FIXTURE(in_consultation, "presence: after a crash whoever returns in time was never away") {
  const auto mark_before = engine().now();
  crash();
  let_pass_outside(seconds{10});
  start();
  advance(milliseconds{5});
  CHECK(stored_seq() == begun + 2);
  CHECK(stored_participant("r1", "p1")->unstable_since);
  const auto proof = *stored_participant("r1", "d1")->unstable_since;
  CHECK(proof <= mark_before);
  CHECK(mark_before - proof <= seconds{2});
  advance(seconds{10});
  CHECK(is_ok(ask(doctor("d1"), enter("r1"))));
  advance(minutes{2});
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::in_room);
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
  CHECK(stored_participant("r1", "p1")->since == proof);
}

TEST_CASE_FIXTURE(in_consultation,
                  "presence: whoever does not return after a crash left at the mark, even if nobody asks") {
  crash();
  let_pass_outside(minutes{3});
  start();
  advance(seconds{1});
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::left);
  auto& doctor_again = doctor("d1");
  CHECK(is_ok(ask(doctor_again, enter("r1"))));
  CHECK(stored().rooms.at(room_id{"r1"}).stays.size() == 3);
}

TEST_CASE_FIXTURE(in_consultation, "presence: a planned restart writes no event, and who returns was never away") {
  stop_as_planned();
  CHECK(since().empty());
  let_pass_outside(minutes{2});
  start();
  advance(seconds{4});
  CHECK(since().empty());
  CHECK(is_ok(ask(doctor("d1"), enter("r1"))));
  CHECK(since().empty());
  advance(minutes{1});
  CHECK(since() == "room.participant_unstable p1\nroom.participant_left p1\n");
}

TEST_CASE_FIXTURE(in_consultation,
                  "presence: an engine that dies before it stored who did not come back proves nothing of them") {
  const auto stopped_at = engine().now();
  stop_as_planned();
  let_pass_outside(minutes{2});
  start();
  advance(seconds{4});
  CHECK(since().empty());
  crash();
  let_pass_outside(minutes{3});
  start();
  advance(seconds{4});
  for (const auto* id : {"d1", "p1"}) {
    CHECK(stored_participant("r1", id)->whereabouts == whereabouts::left);
    CHECK(stored_participant("r1", id)->since == stopped_at);
  }
}

TEST_CASE_FIXTURE(in_consultation, "presence: a return between two crashes is proof, for who returned") {
  crash();
  let_pass_outside(seconds{10});
  start();
  advance(seconds{1});
  const auto first_proof = *stored_participant("r1", "p1")->unstable_since;
  CHECK(is_ok(ask(doctor("d1"), enter("r1"))));
  const auto returned_at = engine().now();
  advance(seconds{3});
  crash();
  let_pass_outside(minutes{3});
  start();
  advance(seconds{4});
  CHECK(*stored_participant("r1", "d1")->since >= returned_at - milliseconds{1});
  CHECK(*stored_participant("r1", "d1")->since <= returned_at);
  CHECK(stored_participant("r1", "p1")->since == first_proof);
}

TEST_CASE_FIXTURE(in_consultation, "presence: a leave on a new connection ends the doubt and the stay at once") {
  shard().drop(doctor_page);
  advance(seconds{10});
  const auto before = engine().now();
  CHECK(is_ok(ask(doctor("d1"), leave("r1"))));
  CHECK(since() == "room.participant_unstable d1\nroom.participant_left d1\n");
  const auto stay = stored().rooms.at(room_id{"r1"}).stays.front();
  CHECK(stay.exit >= before);
  CHECK(stay.reason == leave_reason::left);
}

TEST_CASE_FIXTURE(in_consultation, "presence: attention is that of the devices that are left") {
  const auto second = patient("p1", "r1").id;
  ask(at(second), enter_waiting("r1"));
  CHECK(is_ok(ask(at(page), person_command{set_attention{room_id{"r1"}, false}})));
  CHECK(since().empty());
  shard().drop(second);
  settle();
  CHECK(since() == "room.attention_changed p1\n");
  CHECK_FALSE(stored_participant("r1", "p1")->attentive);
  shard().drop(page);
  advance(seconds{5});
  const auto back = patient("p1", "r1").id;
  ask(at(back), enter_waiting("r1"));
  CHECK_FALSE(stored_participant("r1", "p1")->attentive);
  ask(patient("p1", "r1"), enter_waiting("r1"));
  CHECK(stored_participant("r1", "p1")->attentive);
}

TEST_CASE_FIXTURE(in_consultation, "doctor: a room that refuses the doctor costs no place in the first") {
  CHECK(is_ok(ask_clinic(of_room({cancel_appointment{room_id{"r2"}}}))));
  const auto cancelled = since();
  CHECK_FALSE(is_ok(ask(at(doctor_page), enter("r2"))));
  CHECK(since() == cancelled);
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::in_room);
  CHECK(is_ok(ask(at(doctor_page), leave("r1"))));
}

TEST_CASE_FIXTURE(in_consultation, "doctor: whoever goes to another room while in doubt has left the first for good") {
  shard().drop(doctor_page);
  advance(seconds{10});
  const auto again = doctor("d1").id;
  CHECK(is_ok(ask(at(again), enter("r2"))));
  CHECK(is_ok(ask(at(again), enter("r1"))));
  const auto stay = stored().rooms.at(room_id{"r1"}).stays.front();
  CHECK(stay.reason == leave_reason::left);
  CHECK(engine().now() - *stay.exit >= seconds{10});
}

TEST_CASE_FIXTURE(in_consultation, "person: comes in next time under the name it is recorded by then") {
  CHECK(is_ok(ask(at(doctor_page), leave("r1"))));
  CHECK(is_ok(ask_clinic(of_clinic({put_doctor{{person_id{"d1"}, "鈴木"}}}))));
  CHECK(is_ok(ask(doctor("d1"), enter("r1"))));
  CHECK(stored_participant("r1", "d1")->display_name == "鈴木");
}

TEST_CASE_FIXTURE(in_consultation,
                  "presence: a person has devices_max devices in a room, and the next when one leaves") {
  std::vector<session_id> devices{page};
  while (devices.size() < settings.presence.devices_max) {
    devices.push_back(patient("p1", "r1").id);
    CHECK(is_ok(ask(at(devices.back()), enter_waiting("r1"))));
  }
  const auto next = patient("p1", "r1").id;
  CHECK(ask(at(next), enter_waiting("r1")).find("\"limit_reached\"") != std::string::npos);
  CHECK(is_ok(ask(at(devices.front()), enter_waiting("r1"))));
  CHECK(is_ok(ask(at(devices.front()), leave("r1"))));
  CHECK(is_ok(ask(at(next), enter_waiting("r1"))));
  CHECK(since().empty());
}

TEST_CASE_FIXTURE(in_consultation,
                  "presence: an outage is a planned one up to its limit, and one like any other beyond it") {
  for (const auto beyond : {false, true}) {
    CAPTURE(beyond);
    stop_as_planned();
    begun = stored_seq();
    let_pass_outside(milliseconds{settings.presence.planned_outage_max_ms} + milliseconds{beyond ? 1 : 0});
    start();
    advance(seconds{4});
    if (beyond) {
      CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
      CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::left);
    } else {
      CHECK(since().empty());
      CHECK(is_ok(ask(doctor("d1"), enter("r1"))));
      CHECK(is_ok(ask(patient("p1", "r1"), enter_waiting("r1"))));
      advance(minutes{2});
      CHECK(since().empty());
    }
  }
}
