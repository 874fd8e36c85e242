#include "actors/doctor.hpp"
#include "tests/support/actor_peek.hpp"
#include "tests/support/visit_fixture.hpp"

#include <caf/send.hpp>

#include <malloc.h>

using namespace machiai;
using namespace machiai::test;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// The rooms a person's actor remembers, which it tells nobody.
struct places_peek : person_actor_state {
  static size_t count(const person_actor_state& x) { return (x.*(&places_peek::places_)).size(); }
};

struct failing_actors : waiting_patient {
  const clinic_actor_state& live() { return *state_of<clinic_actor_state>(shard().clinic(clinic)); }
  room_actor room(const std::string& id) { return live().household().rooms().at(room_id{id}).actor; }
  void kill(const auto& actor) { caf::anon_send_exit(actor, caf::exit_reason::kill); }

  /// Rooms keep what they were told for later.
  void run_all_but_rooms() {
    for (size_t i = 0; i < engine().jobs();)
      if (engine().job_name(i) == "room")
        ++i;
      else
        engine().run_job(std::exchange(i, 0));
  }
};

} // namespace

TEST_CASE_FIXTURE(failing_actors, "room: one that dies is rebuilt and nobody loses presence") {
  const auto old = room("r1");
  kill(old);
  settle();
  CHECK(room("r1") != old);
  advance(minutes{1});
  CHECK(stored_seq() == begun);
  CHECK(is_ok(ask(at(doctor_page), admit_to("r1", "p1"))));
  CHECK(is_ok(ask(at(page), leave("r1"))));
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
}

TEST_CASE_FIXTURE(failing_actors,
                  "room: what was on its way to one that died can be asked again, and takes effect once") {
  const auto old = room("r1");
  shard().send(at(doctor_page), command_id{"lock"}, of_room({lock_room{room_id{"r1"}}}));
  shard().send(at(page), command_id{"out"}, leave("r1"));
  kill(old);
  settle();
  const auto locked = ask(at(doctor_page), "lock", of_room({lock_room{room_id{"r1"}}}));
  CHECK(is_ok(locked));
  CHECK(is_ok(ask(at(page), "out", leave("r1"))));
  const auto seq = stored_seq();
  CHECK(ask(at(doctor_page), "lock", of_room({lock_room{room_id{"r1"}}})) == locked);
  CHECK(stored_seq() == seq);
  CHECK(stored().rooms.at(room_id{"r1"}).locked);
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
}

TEST_CASE_FIXTURE(failing_actors, "person: one that dies is rebuilt and its devices come back") {
  const auto old = at(page).person;
  kill(old);
  settle();
  CHECK(at(page).person != old);
  advance(minutes{2});
  CHECK(stored_seq() == begun);
  shard().drop(page);
  settle();
  CHECK(stored_kinds(begun + 1) == "room.participant_unstable p1\n");
}

TEST_CASE_FIXTURE(failing_actors, "person: a connection lost while the person was dead is noticed all the same") {
  kill(at(page).person);
  shard().drop(page);
  advance(minutes{1});
  CHECK(stored_kinds(begun + 1) == "room.participant_unstable p1\nroom.participant_left p1\n");
}

TEST_CASE_FIXTURE(failing_actors, "person: an entry that outlives the person's actor finds its device again") {
  ask(at(page), leave("r1"));
  shard().send(at(page), command_id{"again"}, enter_waiting("r1"));
  run_all_but_rooms();
  kill(at(page).person);
  run_all_but_rooms();
  settle();
  CHECK(is_ok(at(page).answer("again")));
  advance(minutes{2});
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::waiting);
  CHECK_FALSE(stored_participant("r1", "p1")->unstable_since);
  shard().drop(page);
  advance(seconds{31});
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
}

TEST_CASE_FIXTURE(failing_actors, "clinic: too many deaths end it, and it is woken anew") {
  const auto old = shard().clinic(clinic);
  for (int i = 0; i < 6; ++i) {
    kill(room("r1"));
    settle();
  }
  advance(seconds{2});
  CHECK(shard().clinic(clinic) != old);
  CHECK(at(page).subscribed);
  advance(minutes{1});
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::waiting);
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::in_room);
  CHECK(stored_kinds(begun + 1).find("participant_left") == std::string::npos);
}

TEST_CASE_FIXTURE(failing_actors, "clinic: whoever is lost while it is dead left when it died, at the latest") {
  const auto died_at = engine().now();
  engine().store().set_down(true);
  kill(shard().clinic(clinic));
  advance(seconds{5});
  shard().drop(page);
  engine().store().set_down(false);
  advance(minutes{2});
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
  CHECK(stored_participant("r1", "p1")->since <= died_at);
  CHECK(stored_participant("r1", "d1")->whereabouts == whereabouts::in_room);
}

TEST_CASE_FIXTURE(failing_actors, "person: an actor that nobody needs goes, one that somebody needs stays") {
  const auto second = patient("p2", "r2").id;
  advance(minutes{2});
  CHECK(live().household().known_person(person_id{"p2"}));
  shard().drop(second);
  shard().drop(page);
  settle();
  CHECK(live().household().known_person(person_id{"p1"}));
  advance(minutes{1});
  CHECK_FALSE(live().household().known_person(person_id{"p2"}));
  advance(minutes{1});
  CHECK_FALSE(live().household().known_person(person_id{"p1"}));
  CHECK(live().household().known_person(person_id{"d1"}));
  page = patient("p1", "r1").id;
  CHECK(is_ok(ask(at(page), enter_waiting("r1"))));
  CHECK(is_ok(ask(at(doctor_page), admit_to("r1", "p1"))));
  CHECK(at(page).was_told("participant_entered"));
}

TEST_CASE_FIXTURE(failing_actors, "clinic: one that keeps dying counts as failing until it stays awake") {
  for (uint32_t i = 0; i < settings.clinic.restarts_max; ++i) {
    kill(shard().clinic(clinic));
    advance(seconds{1});
  }
  CHECK(engine().shared().ready->clinics_failing == 0);
  kill(shard().clinic(clinic));
  advance(seconds{1});
  CHECK(engine().shared().ready->clinics_failing == 1);
  advance(milliseconds{settings.clinic.restart_window_ms * 2});
  CHECK(engine().shared().ready->clinics_failing == 0);
  CHECK(at(page).subscribed);
}

TEST_CASE_FIXTURE(failing_actors,
                  "log: what waits for a store that does not answer is counted, and commands are held off") {
  settle();
  CHECK(engine().shared().ready->waiting_rows == 0);
  engine().store().set_down(true);
  shard().send(at(doctor_page), command_id{"lock"}, of_room({lock_room{room_id{"r1"}}}));
  settle();
  CHECK_FALSE(engine().shared().store_takes_commands());
  engine().store().set_down(false);
  advance(minutes{1});
  CHECK(engine().shared().ready->waiting_rows == 0);
  CHECK(engine().shared().store_takes_commands());
}

TEST_CASE_FIXTURE(failing_actors, "room: has an actor while a person knows it or something is asked of it") {
  const auto& rooms = live().household().rooms();
  CHECK(rooms.contains(room_id{"r1"}));
  CHECK_FALSE(rooms.contains(room_id{"r2"}));
  shard().send(at(doctor_page), command_id{"lock"}, of_room({lock_room{room_id{"r2"}}}));
  run_all_but_rooms();
  CHECK(rooms.contains(room_id{"r2"}));
  settle();
  CHECK_FALSE(rooms.contains(room_id{"r2"}));
  CHECK(stored().rooms.at(room_id{"r2"}).locked);
  const auto second = patient("p2", "r2").id;
  CHECK(is_ok(ask(at(second), enter_waiting("r2"))));
  CHECK(rooms.contains(room_id{"r2"}));
  shard().drop(second);
  advance(minutes{2});
  CHECK_FALSE(rooms.contains(room_id{"r2"}));
  CHECK(rooms.contains(room_id{"r1"}));
}

TEST_CASE_FIXTURE(failing_actors, "clinic: its state and its rooms' are what the log says") {
  ask(at(doctor_page), admit_to("r1", "p1"));
  CHECK(live().stream().state() == stored());
  for (const auto& [id, child] : live().household().rooms())
    CHECK(state_of<room_actor_state>(child.actor)->known() == stored().rooms.at(id));
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: an idle one sleeps and wakes on demand with everything intact") {
  start();
  make_clinic(3);
  auto& page = patient("p1", "r1");
  ask(page, enter_waiting("r1"));
  ask(page, leave("r1"));
  shard().drop(page.id);
  const auto before = stored();
  shard().close(clinic);
  const auto actor = shard().clinic(clinic);
  advance(minutes{7});
  REQUIRE(state_of<clinic_actor_state>(actor) == nullptr);
  CHECK(disk().clinics[clinic].snapshots.back().seq == before.position.seq);
  auto& board = console();
  CHECK(board.subscribed);
  CHECK(board.position->seq == before.position.seq);
  CHECK(stored() == before);
  const auto* live = state_of<clinic_actor_state>(shard().clinic(clinic));
  CHECK(live->stream().state() == before);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: an idle one with twenty appointments stays small") {
  start();
  make_clinic(20);
  crash();
  start();
  shard().close(clinic);
  advance(seconds{1});
  const auto bytes = [] { return static_cast<long>(mallinfo2().uordblks); };
  // The second of two clinics that are alike, so that nothing shared is counted.
  disk().clinics[clinic_id{"c2"}] = disk().clinics[clinic];
  auto& rows = disk().clinics[clinic_id{"c2"}];
  rows.snapshots.clear();
  for (auto& x : rows.events)
    x.clinic = clinic_id{"c2"};
  const auto before = bytes();
  shard().connect(clinic_id{"c2"}, {role::system, person_id{"emr"}}, std::nullopt, std::nullopt, true);
  settle();
  const auto took = bytes() - before;
  MESSAGE("one idle clinic with 20 appointments: " << took << " bytes");
  CHECK(took < 100'000);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: ten thousand events wake from a snapshot") {
  start();
  make_clinic(1);
  for (int i = 0; i < 5000; ++i) {
    ask_clinic(of_room({lock_room{room_id{"r1"}}}));
    ask_clinic(of_room({unlock_room{room_id{"r1"}}}));
  }
  REQUIRE(stored_seq() > 10000);
  memory_event_store store(disk_log());
  CHECK(store.load(clinic, UINT64_MAX)->events.size() <= settings.clinic.snapshot_every_events);
  crash();
  start();
  CHECK(console().position->seq == stored_seq());
}

TEST_CASE_FIXTURE(failing_actors, "person: of a room that left the board nothing is remembered") {
  ask(at(doctor_page), end_of("r1"));
  CHECK(is_ok(ask(at(doctor_page), enter("r2"))));
  const auto doctor_actor = live().household().known_person(person_id{"d1"});
  CHECK(places_peek::count(*state_of<doctor_actor_state>(doctor_actor)) == 2);
  advance(minutes{25 * 60});
  REQUIRE_FALSE(stored().rooms.contains(room_id{"r1"}));
  CHECK(live().household().known_person(person_id{"d1"}) == doctor_actor);
  CHECK(places_peek::count(*state_of<doctor_actor_state>(doctor_actor)) == 1);
  CHECK_FALSE(is_ok(ask(at(doctor_page), enter("r1"))));
  CHECK(is_ok(ask(at(doctor_page), leave("r2"))));
}
