#include "tests/support/actor_fixture.hpp"

using namespace machiai;
using namespace machiai::test;

namespace {

uint64_t seq_in(const std::string& text) {
  return std::stoull(text.substr(text.find("\"seq\":") + 6));
}

} // namespace

TEST_CASE_FIXTURE(actor_fixture, "resume: nothing missed, also at seq 0") {
  start();
  ask_clinic(of_clinic({put_clinic{{"待合クリニック"}}}));
  const auto& board = console(position{1, 1});
  CHECK(board.outcome == resume_outcome::nothing_missed);
  CHECK(board.story.empty());
  const auto& first = console(position{1, 0});
  CHECK(first.outcome == resume_outcome::replayed);
  REQUIRE(first.story.size() == 1);
  CHECK(seq_in(first.story[0].text) == 1);
}

TEST_CASE_FIXTURE(actor_fixture, "resume: what was missed is replayed, exactly once and in order") {
  start();
  make_clinic(2);
  const auto& before = console();
  const auto seen = *before.position;
  shard().drop(before.id);
  ask_clinic(of_room({lock_room{room_id{"r1"}}}));
  ask_clinic(of_room({lock_room{room_id{"r2"}}}));
  ask_clinic(of_room({unlock_room{room_id{"r1"}}}));
  auto& again = console(seen);
  CHECK(again.outcome == resume_outcome::replayed);
  ask_clinic(of_room({unlock_room{room_id{"r2"}}}));
  REQUIRE(again.story.size() == 4);
  for (size_t i = 0; i < 4; ++i)
    CHECK(seq_in(again.story[i].text) == seen.seq + i + 1);
}

TEST_CASE_FIXTURE(actor_fixture, "resume: too far back, from another life or from the future is a reload") {
  settings.clinic.ring_frames_max = 5;
  start();
  make_clinic(2);
  for (int i = 0; i < 5; ++i) {
    ask_clinic(of_room({lock_room{room_id{"r1"}}}));
    ask_clinic(of_room({unlock_room{room_id{"r1"}}}));
  }
  CHECK(console(position{1, 2}).outcome == resume_outcome::reload);
  CHECK(console(position{1, stored_seq() + 5}).outcome == resume_outcome::reload);
  CHECK(console(position{7, stored_seq()}).outcome == resume_outcome::reload);
  CHECK(console(position{1, stored_seq() - 2}).outcome == resume_outcome::replayed);
  crash();
  start();
  CHECK(console(position{1, stored_seq()}).outcome == resume_outcome::nothing_missed);
  CHECK(console(position{1, stored_seq() - 1}).outcome == resume_outcome::reload);
}

TEST_CASE_FIXTURE(actor_fixture, "subscribe: events before, between and after leave neither gap nor overlap") {
  settings.store.commit_interval_us = 50'000;
  start();
  ask_clinic(of_clinic({put_clinic{{"0"}}}));
  std::vector<session_id> boards;
  for (int i = 1; i <= 30; ++i) {
    auto& emr = *shard().find(system_session());
    shard().send(emr, command_id{"n" + std::to_string(i)}, of_clinic({put_clinic{{std::to_string(i)}}}));
    boards.push_back(shard().connect(clinic, {role::staff, person_id{"desk"}}, topic{audience::staff, {}}).id);
    advance(milliseconds{7});
  }
  advance(milliseconds{200});
  for (const auto& id : boards) {
    const auto& story = shard().find(id)->story;
    REQUIRE(!story.empty());
    CHECK(story[0].kind == told::what::snapshot);
    for (size_t i = 1; i < story.size(); ++i)
      CHECK(seq_in(story[i].text) == seq_in(story[i - 1].text) + 1);
    CHECK(seq_in(story.back().text) == 31);
  }
}

TEST_CASE_FIXTURE(actor_fixture, "resume: what a restore from a backup threw away is not part of the stream") {
  start_second = 100;
  start();
  make_clinic(2);
  const auto backup = *disk_log();
  const position kept{100, stored_seq()};
  crash();
  start_second = 200;
  start();
  ask_clinic(of_room({lock_room{room_id{"r1"}}}));
  const position thrown_away{200, stored_seq()};
  crash();
  disk() = backup;
  start_second = 300;
  start();
  CHECK(console(kept).outcome == resume_outcome::nothing_missed);
  CHECK(console(thrown_away).outcome == resume_outcome::reload);
  ask_clinic(of_room({lock_room{room_id{"r2"}}}));
  CHECK(console(kept).outcome == resume_outcome::replayed);
  CHECK(console(thrown_away).outcome == resume_outcome::reload);
  crash();
  start_second = 400;
  start();
  CHECK(console(thrown_away).outcome == resume_outcome::reload);
  CHECK(console(position{300, stored_seq()}).outcome == resume_outcome::nothing_missed);
}
