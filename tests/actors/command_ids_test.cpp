#include "tests/support/actor_fixture.hpp"

using namespace machiai;
using namespace machiai::test;
using std::chrono::seconds;

TEST_CASE_FIXTURE(actor_fixture, "clinic: an id used again for another command is refused and changes nothing") {
  start();
  make_clinic(2);
  auto& board = console();
  const auto first = ask(board, "once", of_room({lock_room{room_id{"r1"}}}));
  REQUIRE(is_ok(first));
  const auto last_answer = [](session& x) { return x.all(told::what::answer).back().text; };
  const auto check_reused = [&](session& x, const any_command& command) {
    const auto seq = stored_seq();
    ask(x, "once", command);
    CHECK(last_answer(x).find("\"code\":\"command_id_reused\"") != std::string::npos);
    CHECK(last_answer(x).find("\"retryable\":false") != std::string::npos);
    CHECK(stored_seq() == seq);
  };
  check_reused(board, of_room({unlock_room{room_id{"r1"}}}));
  check_reused(board, of_room({lock_room{room_id{"r2"}}}));
  ask(board, "once", of_room({lock_room{room_id{"r1"}}}));
  CHECK(last_answer(board) == first);

  auto& doctor_page = doctor("d1");
  auto& page = patient("p1", "r1");
  ask(doctor_page, "once", of_room({lock_room{room_id{"r2"}}}));
  check_reused(doctor_page, enter("r1"));
  CHECK(stored_participant("r1", "d1") == nullptr);
  ask(page, "once", enter_waiting("r1"));
  check_reused(page, leave("r1"));
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::waiting);

  SUBCASE("nor after a crash") {
    crash();
  }
  SUBCASE("nor after a planned restart") {
    stop_as_planned();
  }
  start();
  check_reused(console(), of_room({unlock_room{room_id{"r1"}}}));
  check_reused(doctor("d1"), enter("r1"));
  check_reused(patient("p1", "r1"), leave("r1"));
  auto& again = console();
  ask(again, "once", of_room({lock_room{room_id{"r1"}}}));
  CHECK(last_answer(again) == first);
}

TEST_CASE_FIXTURE(actor_fixture, "clinic: a device that uses an old id to enter is not there by that") {
  start();
  make_clinic(1);
  auto& page = patient("p1", "r1");
  CHECK(is_ok(ask(page, "came", enter_waiting("r1"))));
  CHECK(is_ok(ask(page, "hidden", person_command{set_attention{room_id{"r1"}, false}})));
  auto& other = patient("p1", "r1");
  ask(other, "hidden", enter_waiting("r1"));
  shard().drop(page.id);
  settle();
  advance(seconds{31});
  CHECK(stored_participant("r1", "p1")->whereabouts == whereabouts::left);
}
