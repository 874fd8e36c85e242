#include "actors/auditor.hpp"
#include "metrics/engine_metrics.hpp"
#include "tests/support/actor_peek.hpp"
#include "tests/support/visit_fixture.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <random>

using namespace machiai;
using namespace machiai::test;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// A consultation of `p1` in `r1` that an auditor looks at; `r2` is empty.
struct audited : in_consultation {
  audited() {
    auto shared = engine().shared();
    shared.metrics = &metrics;
    who = engine().system().spawn(auditor, shared, engine().registry(), [this] {
      return caf::expected<std::unique_ptr<event_store>>{std::make_unique<memory_event_store>(disk_log())};
    });
  }
  ~audited() {
    caf::anon_send_exit(who, caf::exit_reason::kill);
    settle();
  }
  audited(const audited&) = delete;
  audited& operator=(const audited&) = delete;

  int64_t count(const std::string& series) {
    const auto text = metrics.text();
    const auto at = text.find("\n" + series + " ");
    REQUIRE(at != std::string::npos);
    return std::stoll(text.substr(at + series.size() + 2));
  }
  int64_t looks(const std::string& outcome) {
    return count(R"(machiai_audit_looks_total{outcome=")" + outcome + "\"}");
  }
  int64_t found(const std::string& kind) { return count(R"(machiai_audit_mismatches_total{kind=")" + kind + "\"}"); }
  int64_t found() { return found("store") + found("room") + found("ghost") + found("unseen"); }
  /// As many as were found, and no others.
  bool only_found(const std::string& kind) { return found(kind) > 0 && found() == found(kind); }

  room_state& room_itself(const std::string& id) {
    const auto& live = *state_of<clinic_actor_state>(shard().clinic(clinic));
    const auto* room = state_of<room_actor_state>(live.household().rooms().at(room_id{id}).actor);
    return const_cast<room_state&>(room->known());
  }

  engine_metrics metrics;
  auditor_actor who;
};

} // namespace

TEST_CASE_FIXTURE(audited, "auditor: a clean clinic is compared again and again and nothing is found") {
  advance(minutes{2});
  CHECK(looks("compared") > 50);
  CHECK(looks("suspicious") == 0);
  CHECK(looks("unfinished") == 0);
  CHECK(found() == 0);
}

TEST_CASE_FIXTURE(audited, "auditor: somebody present without a device is a ghost") {
  shard().sessions().erase(page);
  advance(seconds{8});
  CHECK(found() == 0);
  advance(minutes{1});
  CHECK(only_found("ghost"));
}

TEST_CASE_FIXTURE(audited, "auditor: a device that was let in of somebody who is not present is unseen") {
  patient("p2", "r2").rooms.insert(room_id{"r2"});
  advance(minutes{1});
  CHECK(only_found("unseen"));
}

TEST_CASE_FIXTURE(audited, "auditor: who stays connected after the end is not unseen, reopened or not") {
  bool reopens = false;
  SUBCASE("ended") {}
  SUBCASE("reopened") {
    reopens = true;
  }
  ask(at(doctor_page), of_room({end_consultation{room_id{"r1"}}}));
  advance(seconds{5});
  if (reopens)
    ask(at(doctor_page), of_room({reopen_consultation{room_id{"r1"}}}));
  REQUIRE(at(page).rooms.contains(room_id{"r1"}));
  advance(minutes{2});
  CHECK(looks("compared") > 50);
  CHECK(found() == 0);
}

TEST_CASE_FIXTURE(audited, "auditor: a room that believes something else than its clinic is found") {
  room_itself("r1").locked = true;
  advance(minutes{1});
  CHECK(only_found("room"));
  room_itself("r1").locked = false;
  advance(minutes{1});
  const auto before = found();
  advance(minutes{5});
  CHECK(found() == before);
}

TEST_CASE_FIXTURE(audited, "auditor: a stored row that was changed is found") {
  auto& rows = disk().clinics.at(clinic).events;
  rows.at(rows.size() - 2).body += ' ';
  advance(minutes{1});
  CHECK(only_found("store"));
}

TEST_CASE_FIXTURE(audited, "auditor: a stored row that is missing is found") {
  disk().clinics.at(clinic).events.pop_back();
  advance(minutes{1});
  CHECK(only_found("store"));
}

TEST_CASE_FIXTURE(audited, "auditor: what is right again at the second look does not count") {
  const auto kept = at(page);
  shard().sessions().erase(page);
  advance(seconds{8});
  CHECK(looks("suspicious") > 0);
  shard().sessions()[page] = kept;
  advance(minutes{2});
  CHECK(found() == 0);
}

TEST_CASE_FIXTURE(audited, "auditor: a clinic that moved on between two looks is not judged") {
  shard().sessions().erase(page);
  for (int i = 0; i < 30; ++i) {
    ask(at(doctor_page),
        of_room(i % 2 == 0 ? room_command{lock_room{room_id{"r1"}}} : room_command{unlock_room{room_id{"r1"}}}));
    advance(seconds{3});
  }
  CHECK(looks("suspicious") > 0);
  CHECK(found() == 0);
  advance(minutes{1});
  CHECK(only_found("ghost"));
}

TEST_CASE_FIXTURE(audited, "auditor: a busy clinic with lost and returning people gives nothing") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  std::optional<session_id> other;
  for (int step = 0; step < 400; ++step) {
    switch (random() % 8) {
    case 0:
      ask(at(doctor_page), of_room({lock_room{room_id{"r2"}}}));
      break;
    case 1:
      ask(at(doctor_page), of_room({unlock_room{room_id{"r2"}}}));
      break;
    case 2:
      if (!other)
        other = patient("p2", "r2").id;
      ask(at(*other), enter_waiting("r2"));
      break;
    case 3:
      if (other)
        shard().drop(*std::exchange(other, std::nullopt));
      break;
    case 4:
      if (other)
        ask(at(*other), leave("r2"));
      break;
    case 5:
      ask(at(doctor_page), enter(random() % 2 == 0 ? "r1" : "r2"));
      break;
    case 6:
      caf::anon_send_exit(at(page).person, caf::exit_reason::kill);
      break;
    default:
      break;
    }
    advance(milliseconds{random() % 4000});
  }
  CHECK(looks("compared") > 100);
  CHECK(found() == 0);
}
