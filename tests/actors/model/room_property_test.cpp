#include "tests/support/model_clinic.hpp"
#include "tests/support/naive_meter.hpp"
#include "tests/support/room_asks.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace machiai;
using namespace machiai::test;

namespace {

/// Days of one clinic at random: two rooms, all persons, every command, with a clock of milliseconds so that the naive
/// meter can look at each of them. `model_clinic` checks both folds and every room after every step.
class random_day {
public:
  explicit random_day(uint64_t seed) : random_(seed) {
    clinic_.policy.price = {10, 100, 50, 3};
    clinic_.policy.limits.participants_max = 6;
    clinic_.policy.limits.invites_max = 4;
    clinic_.policy.limits.invite_valid_ms = 60;
    clinic_.policy.limits.end_without_doctor_ms = 40;
    clinic_.policy.limits.archive_after_ms = 100;
    for (const auto& room : rooms_)
      clinic_.book(room, {"p1", "p2"}, {"d1"});
  }

  void step() {
    clinic_.wait(milliseconds{below(5)});
    clinic_.policy.price.unit_yen = 100 + 10 * static_cast<int64_t>(below(3));
    auto& room = rooms_[below(2)];
    if (!clinic_.rooms.contains(room)) {
      // The id of one that was archived is not booked again.
      room = room_id{"room-" + std::to_string(++last_room_)};
      clinic_.book(room, {"p1", "p2"}, {"d1"});
      return;
    }
    switch (below(4)) {
    case 0:
      clinic_.enter(room, anybody());
      break;
    case 1:
      clinic_.presence(room, anybody(), any_edge());
      break;
    case 2:
      clinic_.pass_time(room);
      break;
    default:
      clinic_.ask(any_command(room, person_id{anybody()}));
    }
  }

  [[nodiscard]] const model_clinic& clinic() const { return clinic_; }

private:
  size_t below(size_t bound) { return std::uniform_int_distribution<size_t>{0, bound - 1}(random_); }

  std::string anybody() {
    static const std::vector<std::string> persons{"d1", "d1", "d2", "p1", "p1", "p2", "p3", "g1", "g2", "g3"};
    return persons[below(persons.size())];
  }

  presence_edge any_edge() {
    const auto change = static_cast<presence_change>(below(4));
    const auto lost = below(2) == 0;
    const timestamp proof = clinic_.now - milliseconds{below(4)};
    if (change != presence_change::left)
      return {change, proof};
    return {change, lost ? proof : clinic_.now, lost ? leave_reason::lost : leave_reason::left};
  }

  room_command any_command(const room_id& room, const person_id& person) {
    const invite_id invite{"i-" + person.value};
    const auto hash = "hash-" + person.value;
    switch (below(24)) {
    case 0:
      return {send_back{room, person}};
    case 1:
      return below(4) ? room_command{admit{room, person}} : room_command{remove_participant{room, person}};
    case 2:
      return {revoke_invite{room, invite}};
    case 3:
      return {lock_room{room}};
    case 4:
    case 5:
      return {unlock_room{room}};
    case 6:
      return {end_consultation{room}};
    case 7:
    case 8:
      return {reopen_consultation{room}};
    case 9:
      return below(10) ? room_command{admit{room, person}} : room_command{cancel_appointment{room}};
    case 10:
      return {put_appointment{{room, clinic_.now, 15, "", ids({"p1", "p2", "p3"}), ids({"d1", "d2"}), false}}};
    case 11:
    case 12:
    case 13:
      return {invite_guest{room, party::family, "guest", invite, person_id{"g1"}, hash}};
    case 14:
    case 15:
    case 16:
      return {redeem_invite{room, invite, hash}};
    default:
      return {admit{room, person}};
    }
  }

  std::mt19937_64 random_;
  model_clinic clinic_;
  std::vector<room_id> rooms_{room_1, room_id{"room-2"}};
  int last_room_ = 2;
};

} // namespace

TEST_CASE("room: whatever is asked in whatever order, both folds agree and every bill is what the naive meter says") {
  const auto seed = test_seed();
  INFO("seed ", seed);
  size_t bills = 0;
  size_t with_money = 0;
  for (uint64_t day = 0; day < 60; ++day) {
    CAPTURE(day);
    random_day it{seed + day};
    std::map<room_id, std::vector<bill_revision>> seen;
    for (int i = 0; i < 300; ++i) {
      it.step();
      for (const auto& [id, room] : it.clinic().rooms) {
        auto& known = seen[id];
        if (room.bills.size() <= known.size()) {
          known.resize(room.bills.size());
          continue;
        }
        known = room.bills;
        ++bills;
        with_money += known.back().bill.total_yen_ex_tax > 0 ? 1 : 0;
        CHECK(known.back().bill == naive_measure(room.stays, price_of(room)));
        CHECK(known.back().revision == static_cast<int32_t>(known.size()));
      }
    }
    clinic_state replayed;
    for (const auto& x : it.clinic().log)
      apply(replayed, x);
    CHECK(replayed == it.clinic().state);
  }
  // The days must be worth watching.
  CHECK(bills > 100);
  CHECK(with_money > 50);
}
