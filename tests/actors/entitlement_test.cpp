#include "tests/support/actor_fixture.hpp"

using namespace machiai;
using namespace machiai::test;

TEST_CASE_FIXTURE(actor_fixture, "clinic: when a key's or person's revocation is answered the shards know of it") {
  start();
  make_clinic(1);
  std::map<std::string, machiai::credentials> known;
  shard().observer = [&](session&, const told& x) {
    if (x.kind == told::what::answer)
      known[x.key] = shard().credentials(clinic);
  };
  auto& system = *shard().find(system_session());
  ask(system, "put", of_clinic({put_key{{key_id{"k1"}, "HS256", "v1.x"}}}));
  REQUIRE(known.contains("put"));
  REQUIRE(known["put"].keys.size() == 1);
  CHECK(known["put"].keys[0].key == key_id{"k1"});
  ask(system, "revoke", of_clinic({revoke_key{key_id{"k1"}}}));
  CHECK(known["revoke"].revoked_keys == std::vector{key_id{"k1"}});
  ask(system, "person", of_clinic({revoke_person{person_id{"p1"}}}));
  REQUIRE(known["person"].revoked_persons.size() == 1);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: who may not see a visit any more is put out, present or not") {
  start();
  make_clinic(1);
  const std::string secret(64, 'b');
  CHECK(is_ok(ask_clinic(
      of_room({invite_guest{room_id{"r1"}, party::family, "母", invite_id{"i1"}, person_id{"g1"}, secret}}))));
  CHECK(is_ok(ask_clinic(of_room({redeem_invite{room_id{"r1"}, invite_id{"i1"}, secret}}))));
  auto& mother = guest("g1", "r1");
  auto& page = patient("p1", "r1");
  auto& board = console();
  CHECK(mother.all(told::what::snapshot).size() == 1);
  CHECK(is_ok(ask(board, of_room({revoke_invite{room_id{"r1"}, invite_id{"i1"}}}))));
  CHECK(mother.all(told::what::expelled).size() == 1);
  CHECK(page.all(told::what::expelled).empty());

  auto changed = stored().rooms.at(room_id{"r1"}).appointment;
  CHECK(is_ok(ask_clinic(of_clinic({put_patient{{person_id{"p9"}, "鈴木", "", "", false}}}))));
  changed.patients = {person_id{"p9"}};
  CHECK(is_ok(ask_clinic(of_room({put_appointment{changed}}))));
  CHECK(page.all(told::what::expelled).size() == 1);
  CHECK(board.all(told::what::expelled).empty());
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: a doctor's token with a patient's id is refused, and the reverse") {
  start();
  make_clinic(1);
  const auto refused = [](session& x) {
    const auto news = x.all(told::what::refusal);
    return news.size() == 1 && news[0].text == "forbidden";
  };
  CHECK(refused(doctor("p1")));
  CHECK(refused(patient("d1", "r1")));
  // Not recorded, but here already.
  auto& stranger = doctor("d7");
  CHECK_FALSE(refused(stranger));
  CHECK(refused(patient("d7", "r1")));
  CHECK(refused(guest("d7", "r1")));
  auto& page = patient("p1", "r1");
  CHECK(is_ok(ask(page, enter_waiting("r1"))));
  CHECK(stored_participant("r1", "p1")->party == party::patient);
  CHECK(is_ok(ask(stranger, enter("r1"))));
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: an id is free for another role when its person is gone, not by a crash") {
  start();
  make_clinic(1);
  auto& unknown = doctor("x");
  CHECK(is_ok(ask(unknown, enter("r1"))));
  auto visit = stored().rooms.at(room_id{"r1"}).appointment;
  visit.room = room_id{"rx"};
  visit.patients = {person_id{"x"}};
  CHECK(is_ok(ask_clinic(of_clinic({put_patient{{person_id{"x"}, "鈴木", "", "", false}}}))));
  CHECK(is_ok(ask_clinic(of_room({put_appointment{visit}}))));
  crash();
  start();
  const auto refused = patient("x", "rx").id;
  CHECK(shard().find(refused)->story.at(0).text == "forbidden");
  shard().drop(refused);
  advance(std::chrono::minutes{2});
  auto& page = patient("x", "rx");
  CHECK(is_ok(ask(page, enter_waiting("rx"))));
  CHECK(stored_participant("rx", "x")->party == party::patient);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: a member of staff with a doctor's id is no device of the doctor") {
  start();
  make_clinic(1);
  CHECK(doctor("d1").person);
  auto& desk = shard().connect(clinic, {role::staff, person_id{"d1"}}, topic{audience::staff, {}});
  settle();
  CHECK(desk.subscribed);
  CHECK_FALSE(desk.person);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: whoever nobody has a name for is called by the id") {
  start();
  make_clinic(1);
  const topic board{audience::staff, {}};
  auto& nameless = shard().connect(clinic, {role::doctor, person_id{"d9"}}, board, std::nullopt, false, "");
  settle();
  CHECK(is_ok(ask(nameless, enter("r1"))));
  CHECK(stored_participant("r1", "d9")->display_name == "d9");
}
