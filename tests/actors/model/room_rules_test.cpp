#include "actors/model/room_rules.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

const bill& last_bill(const model_clinic& clinic) {
  return clinic.room(room_1).bills.back().bill;
}

} // namespace

TEST_CASE("room: a consultation runs from scheduled over waiting and consultation to its end and bill") {
  model_clinic clinic;
  CHECK(clinic.book(room_1) == "appointment_booked");
  CHECK(clinic.phase(room_1) == room_phase::scheduled);
  CHECK(clinic.enter(room_1, "p1") == "participant_arrived");
  CHECK(clinic.phase(room_1) == room_phase::waiting);
  clinic.wait(5 * minute);
  CHECK(clinic.enter(room_1, "d1") == "participant_entered");
  CHECK(clinic.phase(room_1) == room_phase::in_consultation);
  CHECK(clinic.ask(admit_in("p1")) == "participant_admitted participant_entered");
  clinic.wait(31 * minute);
  CHECK(clinic.leave(room_1, "d1") == "participant_left");
  CHECK(clinic.phase(room_1) == room_phase::in_consultation);
  clinic.wait(minute);
  CHECK(clinic.ask(end_it) == "participant_left consultation_ended");
  CHECK(clinic.phase(room_1) == room_phase::ended);
  CHECK(last_bill(clinic).doctor_in_room_ms == (31 * minute).count());
  CHECK(last_bill(clinic).total_yen_ex_tax == 200);
  CHECK(clinic.person(room_1, "p1").whereabouts == whereabouts::left);
  CHECK_FALSE(has_open_stay(clinic.room(room_1).stays));
}

TEST_CASE("room: two patients, two doctors and ten guests are in one room and on one bill") {
  model_clinic clinic;
  clinic.book(room_1, {"p1", "p2"}, {"d1", "d2"});
  clinic.bring_in(room_1, "p1");
  clinic.bring_in(room_1, "p2");
  clinic.enter(room_1, "d1");
  clinic.enter(room_1, "d2");
  for (int i = 0; i < 10; ++i) {
    const auto guest = "g" + std::to_string(i);
    CHECK(clinic.invite(room_1, guest, party::family) == "participant_arrived");
    CHECK(clinic.ask(admit_in(guest)) == "participant_admitted participant_entered");
  }
  CHECK(count_present(clinic.room(room_1)) == 14);
  clinic.wait(30 * minute);
  clinic.ask(end_it);
  CHECK(last_bill(clinic).units == 1);
  CHECK(last_bill(clinic).additional_participants == 12);
  CHECK(last_bill(clinic).total_yen_ex_tax == 100 + 12 * 50);
}

TEST_CASE("room: it takes participants_max persons, waiting ones included, the next when one has left, and always the "
          "doctor") {
  model_clinic clinic;
  clinic.policy.limits.participants_max = 2;
  clinic.book(room_1, {"p1", "p2", "p3"});
  clinic.enter(room_1, "p1");
  clinic.enter(room_1, "p2");
  CHECK(clinic.enter(room_1, "p3") == "refused: room_full");
  CHECK(clinic.enter(room_1, "p1") == "");
  clinic.leave(room_1, "p2");
  CHECK(clinic.enter(room_1, "p3") == "participant_arrived");
  CHECK(clinic.enter(room_1, "p2") == "refused: room_full");
  CHECK(clinic.enter(room_1, "d1") == "participant_entered");
}

TEST_CASE("room: an own leave is billed to its time, a loss to the last proof") {
  for (const auto lost : {false, true}) {
    model_clinic clinic;
    clinic.book(room_1);
    clinic.enter(room_1, "d1");
    clinic.wait(30 * minute);
    const auto proof = clinic.now;
    clinic.wait(20 * second);
    if (lost) {
      CHECK(clinic.presence(room_1, "d1", doubt_since(proof)) == "participant_unstable");
      CHECK(clinic.presence(room_1, "d1", doubt_since(proof)) == "");
      clinic.wait(11 * second);
      CHECK(clinic.lose(room_1, "d1", proof) == "participant_left");
      CHECK(clinic.person(room_1, "d1").whereabouts == whereabouts::left);
    } else {
      clinic.leave(room_1, "d1");
    }
    clinic.ask(end_it);
    CHECK(last_bill(clinic).units == (lost ? 1 : 2));
  }
}

TEST_CASE("room: at the end somebody in doubt counts until the last proof") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.enter(room_1, "d1");
  clinic.wait(30 * minute);
  clinic.presence(room_1, "d1", doubt_since(clinic.now));
  clinic.wait(10 * second);
  CHECK(clinic.ask(end_it) == "participant_left consultation_ended");
  CHECK(last_bill(clinic).doctor_in_room_ms == (30 * minute).count());
  CHECK(clinic.ask(end_it) == "");
}

TEST_CASE("room: after the end nobody comes in and nothing is asked of the room") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.ask(lock_it);
  clinic.ask(end_it);
  CHECK_FALSE(clinic.room(room_1).locked);
  CHECK(clinic.enter(room_1, "p1") == "refused: room_ended");
  CHECK(clinic.enter(room_1, "d1") == "refused: room_ended");
  for (const auto& command : {admit_in("p1"), send_out("p1"), put_out("p1"), invite_by("g1"), lock_it, unlock_it})
    CHECK(clinic.ask(command) == "refused: room_ended");
  CHECK(clinic.ask(redeem("g1", "hash-g1")) == "refused: invite_void");
  CHECK(clinic.book(room_1) == "");
  CHECK(clinic.book(room_1, {"p2"}) == "refused: room_ended");
  CHECK(clinic.ask(cancel_it) == "refused: room_ended");
}

TEST_CASE("room: a reopened consultation ends with a second revision that covers everything") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.enter(room_1, "d1");
  clinic.wait(20 * minute);
  clinic.ask(end_it);
  CHECK(clinic.ask(reopen_it) == "consultation_reopened");
  CHECK(clinic.ask(reopen_it) == "");
  CHECK(clinic.phase(room_1) == room_phase::waiting);
  CHECK(clinic.enter(room_1, "p1") == "participant_arrived");
  CHECK(clinic.ask(cancel_it) == "refused: wrong_state");
  clinic.wait(hour);
  clinic.enter(room_1, "d1");
  clinic.wait(11 * minute);
  clinic.ask(end_it);
  const auto& bills = clinic.room(room_1).bills;
  REQUIRE(bills.size() == 2);
  CHECK(bills[0].revision == 1);
  CHECK(bills[0].bill.units == 1);
  CHECK(bills[1].revision == 2);
  CHECK(bills[1].bill.units == 2);
  CHECK(bills[1].bill.doctor_in_room_ms == (31 * minute).count());
  CHECK(bills[1].bill.first_doctor_enter == bills[0].bill.first_doctor_enter);
}

TEST_CASE("room: the price is that of the first doctor's entry, after any change and also after a reopening") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.enter(room_1, "p1");
  clinic.policy.price.unit_yen = 120;
  clinic.enter(room_1, "d1");
  clinic.policy.price.unit_yen = 500;
  clinic.enter(room_1, "d2");
  clinic.wait(minute);
  clinic.ask(end_it);
  CHECK(last_bill(clinic).total_yen_ex_tax == 120);
  clinic.ask(reopen_it);
  clinic.enter(room_1, "d1");
  clinic.wait(30 * minute);
  clinic.ask(end_it);
  CHECK(last_bill(clinic).total_yen_ex_tax == 240);
}

TEST_CASE("room: four hours without a doctor end the consultation") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  CHECK_FALSE(next_deadline(clinic.room(room_1), clinic.policy));
  clinic.enter(room_1, "d1");
  CHECK_FALSE(next_deadline(clinic.room(room_1), clinic.policy));
  clinic.wait(10 * minute);
  clinic.leave(room_1, "d1");
  clinic.wait(hour);
  clinic.enter(room_1, "d1");
  CHECK_FALSE(next_deadline(clinic.room(room_1), clinic.policy));
  clinic.wait(10 * minute);
  clinic.leave(room_1, "d1");
  const auto due = clinic.now + 4 * hour;
  CHECK(next_deadline(clinic.room(room_1), clinic.policy) == due);
  clinic.wait(4 * hour - milliseconds{1});
  CHECK(clinic.pass_time(room_1) == "");
  clinic.wait(milliseconds{1});
  CHECK(clinic.pass_time(room_1) == "participant_left consultation_ended");
  CHECK(std::get<consultation_ended>(clinic.log.back().payload.value).reason == end_reason::no_doctor);
  CHECK(last_bill(clinic).doctor_in_room_ms == (20 * minute).count());
}

TEST_CASE("room: four hours count from the doctor who really left last, however late a loss is noticed") {
  model_clinic clinic;
  clinic.book(room_1, {"p1"}, {"d1", "d2"});
  clinic.enter(room_1, "d1");
  clinic.enter(room_1, "d2");
  const auto proof = clinic.now + minute;
  clinic.wait(minute + 20 * second);
  clinic.leave(room_1, "d2");
  const auto last_exit = clinic.now;
  clinic.wait(11 * second);
  clinic.lose(room_1, "d1", proof);
  CHECK(clinic.room(room_1).doctorless_since == last_exit);
}

TEST_CASE("room: it leaves the board a day after its end, or after its time when nobody is there") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.wait(24 * hour - milliseconds{1});
  CHECK(clinic.pass_time(room_1) == "");
  clinic.enter(room_1, "p1");
  clinic.wait(48 * hour);
  CHECK(clinic.pass_time(room_1) == "");
  clinic.ask(end_it);
  clinic.wait(24 * hour);
  CHECK(clinic.pass_time(room_1) == "archived");
  CHECK(clinic.state.rooms.empty());
  const room_id another{"room-2"};
  CHECK(clinic.book(another) == "appointment_booked");
  clinic.wait(24 * hour);
  CHECK(clinic.pass_time(another) == "archived");
}

TEST_CASE("room: an appointment changes while nobody is harmed, is cancelled before it begins, and stays cancelled") {
  model_clinic clinic;
  clinic.book(room_1, {"p1", "p2"});
  CHECK(clinic.book(room_1, {"p1", "p2"}) == "");
  clinic.wait(minute);
  CHECK(clinic.book(room_1, {"p1", "p2"}) == "appointment_changed");
  clinic.enter(room_1, "p2");
  CHECK(clinic.book(room_1, {"p1"}) == "refused: wrong_state");
  CHECK(clinic.book(room_1, {"p2"}) == "appointment_changed");
  CHECK(clinic.ask(cancel_it) == "participant_left appointment_cancelled");
  CHECK(clinic.phase(room_1) == room_phase::cancelled);
  CHECK(clinic.ask(cancel_it) == "");
  CHECK(clinic.enter(room_1, "p2") == "refused: appointment_cancelled");
  CHECK(clinic.enter(room_1, "d1") == "refused: appointment_cancelled");
  CHECK(clinic.book(room_1, {"p2"}) == "refused: appointment_cancelled");
  CHECK(clinic.ask(end_it) == "refused: appointment_cancelled");
  CHECK(clinic.ask(reopen_it) == "refused: appointment_cancelled");
  clinic.wait(24 * hour);
  CHECK(clinic.pass_time(room_1) == "archived");

  model_clinic begun;
  begun.book(room_1);
  begun.enter(room_1, "d1");
  CHECK(begun.ask(cancel_it) == "refused: wrong_state");
}

TEST_CASE("room: attention is told once, and only of somebody present") {
  model_clinic clinic;
  clinic.book(room_1);
  CHECK(clinic.attend(room_1, "p1", false) == "");
  clinic.enter(room_1, "p1");
  CHECK(clinic.attend(room_1, "p1", true) == "");
  CHECK(clinic.attend(room_1, "p1", false) == "attention_changed");
  CHECK(clinic.attend(room_1, "p1", false) == "");
  clinic.leave(room_1, "p1");
  clinic.enter(room_1, "p1");
  CHECK(clinic.person(room_1, "p1").attentive);
}

TEST_CASE("room: an edge about a stay that is over has no effect") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.enter(room_1, "p1");
  clinic.ask(end_it);
  CHECK(clinic.presence(room_1, "p1", doubt_since(clinic.now)) == "");
  CHECK(clinic.presence(room_1, "p1", {presence_change::stable, clinic.now}) == "");
  CHECK(clinic.lose(room_1, "p1", clinic.now) == "");
  CHECK(clinic.presence(room_1, "nobody", doubt_since(clinic.now)) == "");
}

TEST_CASE("room: coming back while in doubt ends the doubt and nothing else") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.presence(room_1, "p1", doubt_since(clinic.now));
  CHECK(clinic.enter(room_1, "p1") == "participant_stable");
  CHECK(clinic.enter(room_1, "p1") == "");
  CHECK(clinic.room(room_1).stays.size() == 1);
}

TEST_CASE("room: a room that was never booked refuses everything") {
  model_clinic clinic;
  const room_state nothing;
  for (const auto& command : {admit_in("p1"), send_out("p1"), put_out("p1"), invite_by("g1"), lock_it, unlock_it,
                              end_it, reopen_it, cancel_it})
    CHECK_FALSE(decide(nothing, command, clinic.now, clinic.policy));
  CHECK_FALSE(decide_entry(nothing, {person_id{"d1"}, party::doctor, "d"}, clinic.now, clinic.policy));
  CHECK(decide_deadline(nothing, clinic.now, clinic.policy).empty());
}
