#include "actors/model/room_rules.hpp"
#include "config/fixed_limits.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

TEST_CASE("room: patients and guests wait until the clinic admits them, however often they come") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.enter(room_1, "d1");
  CHECK(clinic.enter(room_1, "p1") == "participant_arrived");
  CHECK(clinic.enter(room_1, "p1") == "");
  CHECK(clinic.leave(room_1, "p1") == "participant_left");
  CHECK(clinic.enter(room_1, "p1") == "participant_arrived");
  CHECK(clinic.invite(room_1, "g1", party::family) == "participant_arrived");
  CHECK(clinic.person(room_1, "g1").party == party::family);
  CHECK(count_in_room(clinic.room(room_1), party::patient) == 0);
  CHECK(count_in_room(clinic.room(room_1), party::family) == 0);
  CHECK(clinic.ask(admit_in("g1")) == "participant_admitted participant_entered");
  CHECK(clinic.ask(admit_in("g1")) == "");
  CHECK(clinic.ask(admit_in("nobody")) == "refused: not_present");
}

TEST_CASE("room: an admission outlives a lost connection and an own leave, not being sent back") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.lose(room_1, "p1", clinic.now);
  CHECK(clinic.enter(room_1, "p1") == "participant_entered");
  clinic.leave(room_1, "p1");
  CHECK(clinic.enter(room_1, "p1") == "participant_entered");
  CHECK(clinic.ask(send_out("p1")) == "participant_sent_back");
  CHECK(clinic.ask(send_out("p1")) == "");
  CHECK(clinic.person(room_1, "p1").whereabouts == whereabouts::waiting);
  clinic.leave(room_1, "p1");
  CHECK(clinic.enter(room_1, "p1") == "participant_arrived");
  CHECK(clinic.ask(send_out("nobody")) == "refused: not_present");
  clinic.enter(room_1, "d1");
  CHECK(clinic.ask(send_out("d1")) == "refused: wrong_state");
}

TEST_CASE("room: who is in the room stays waiting in doubt when sent back, and is not charged after the last proof") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  const auto proof = clinic.now + minute;
  clinic.wait(2 * minute);
  clinic.presence(room_1, "p1", doubt_since(proof));
  clinic.ask(send_out("p1"));
  CHECK(clinic.room(room_1).stays[0].exit == proof);
  CHECK(clinic.room(room_1).stays[0].reason == leave_reason::sent_back);
  CHECK(clinic.person(room_1, "p1").unstable_since == proof);
  CHECK(clinic.person(room_1, "p1").since == clinic.now);
  CHECK(clinic.presence(room_1, "p1", {presence_change::stable, clinic.now}) == "participant_stable");
}

TEST_CASE("room: admitting somebody in doubt proves nothing; the stay has no length until they are back") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.enter(room_1, "p1");
  const auto proof = clinic.now;
  clinic.wait(10 * second);
  clinic.presence(room_1, "p1", doubt_since(proof));
  clinic.ask(admit_in("p1"));
  CHECK(clinic.person(room_1, "p1").unstable_since == proof);
  clinic.wait(10 * second);
  clinic.ask(end_it);
  CHECK(clinic.room(room_1).stays[0].exit == clinic.room(room_1).stays[0].enter);
}

TEST_CASE("room: a locked room keeps newcomers out, lets those back in who were in, and the waiting room stays open") {
  model_clinic clinic;
  clinic.book(room_1, {"p1", "p2"});
  clinic.bring_in(room_1, "p1");
  CHECK(clinic.ask(lock_it) == "locked");
  CHECK(clinic.ask(lock_it) == "");
  CHECK(clinic.enter(room_1, "p2") == "participant_arrived");
  CHECK(clinic.ask(admit_in("p2")) == "refused: room_locked");
  clinic.lose(room_1, "p1", clinic.now);
  CHECK(clinic.enter(room_1, "p1") == "participant_entered");
  CHECK(clinic.ask({send_back{room_1, person_id{"p1"}}}) == "participant_sent_back");
  CHECK(clinic.ask(admit_in("p1")) == "participant_admitted participant_entered");
  CHECK(clinic.enter(room_1, "d2") == "refused: room_locked");
  CHECK(clinic.enter(room_1, "d1") == "participant_entered");
  CHECK(clinic.ask(unlock_it) == "unlocked");
  CHECK(clinic.ask(unlock_it) == "");
  CHECK(clinic.enter(room_1, "d2") == "participant_entered");
  CHECK(clinic.ask(admit_in("p2")) == "participant_admitted participant_entered");
}

TEST_CASE("room: whoever is removed is out at once, once and for all tries of its own") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.wait(3 * minute);
  CHECK(clinic.ask(put_out("p1")) == "participant_removed");
  CHECK(clinic.room(room_1).stays[0].exit == clinic.now);
  CHECK(clinic.room(room_1).stays[0].reason == leave_reason::removed);
  CHECK(clinic.ask(put_out("p1")) == "");
  CHECK(clinic.enter(room_1, "p1") == "refused: removed");
  CHECK(clinic.lose(room_1, "p1", clinic.now) == "");
  CHECK(clinic.ask(put_out("nobody")) == "refused: not_present");
  clinic.enter(room_1, "d1");
  CHECK(clinic.ask(put_out("d1")) == "refused: wrong_state");
}

TEST_CASE("room: whoever was removed by mistake is let back by being admitted, and not before") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.ask(put_out("p1"));
  CHECK(clinic.enter(room_1, "p1") == "refused: removed");
  CHECK(clinic.ask(admit_in("p1")) == "participant_admitted");
  CHECK(clinic.enter(room_1, "p1") == "participant_entered");
}

TEST_CASE("room: a removal is taken back only where the person could come in") {
  model_clinic clinic;
  clinic.book(room_1, {"p1", "p2"});
  clinic.bring_in(room_1, "p1");
  clinic.ask(put_out("p1"));
  clinic.ask(lock_it);
  CHECK(clinic.ask(admit_in("p1")) == "refused: room_locked");
  clinic.ask(unlock_it);
  CHECK(clinic.ask(admit_in("p1")) == "participant_admitted");
  CHECK(clinic.ask(admit_in("p1")) == "refused: not_present");
  CHECK(clinic.ask(put_out("p1")) == "participant_removed");
  CHECK(clinic.enter(room_1, "p1") == "refused: removed");

  clinic.enter(room_1, "p2");
  clinic.ask(put_out("p2"));
  clinic.book(room_1, {"p1"});
  CHECK(clinic.ask(admit_in("p2")) == "refused: not_present");

  clinic.invite(room_1, "g1", party::nurse);
  clinic.ask(put_out("g1"));
  CHECK(clinic.ask(admit_in("g1")) == "participant_admitted");
  CHECK(clinic.enter(room_1, "g1") == "participant_entered");
  clinic.ask(withdraw("g1"));
  CHECK(clinic.ask(admit_in("g1")) == "refused: invite_void");
  CHECK(clinic.enter(room_1, "g1") == "refused: removed");
}

TEST_CASE("room: nobody is too early to wait") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.now = clinic.now - 30 * 24 * hour;
  CHECK(clinic.enter(room_1, "p1") == "participant_arrived");
  CHECK(clinic.phase(room_1) == room_phase::waiting);
}

TEST_CASE("room: an appointment put again after its room left the board does not come back") {
  model_clinic clinic;
  clinic.book(room_1);
  const auto booked = clinic.room(room_1).appointment;
  clinic.ask(room_command{cancel_appointment{room_1}});
  clinic.wait(3 * 24 * hour);
  CHECK(clinic.pass_time(room_1) == "archived");
  CHECK(clinic.ask(room_command{put_appointment{booked}}) == "refused: room_ended");
  const auto memory = decode_snapshot(encode_snapshot({clinic.state, {}}));
  REQUIRE(memory);
  CHECK(memory->state == clinic.state);
}

TEST_CASE("room: somebody removed while in doubt was there until last heard of") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  const auto proof = clinic.now + 10 * second;
  clinic.wait(minute);
  clinic.presence(room_1, "p1", doubt_since(proof));
  clinic.ask(put_out("p1"));
  CHECK(clinic.room(room_1).stays[0].exit == proof);
}

TEST_CASE("room: an invitation is good once, for its secret, until revoked or too old") {
  model_clinic clinic;
  clinic.book(room_1);
  CHECK(clinic.enter(room_1, "g1") == "refused: not_found");
  CHECK(clinic.ask(invite_by("g1", party::interpreter)) == "guest_invited");
  CHECK(clinic.ask(invite_by("g1", party::interpreter)) == "");
  CHECK(clinic.enter(room_1, "g1") == "refused: invite_void");
  CHECK(clinic.ask(redeem("g1", "wrong")) == "refused: invite_void");
  CHECK(clinic.ask(redeem("nobody", "hash-g1")) == "refused: invite_void");
  CHECK(clinic.ask(redeem("g1", "hash-g1")) == "invite_redeemed");
  CHECK(clinic.ask(redeem("g1", "hash-g1")) == "refused: invite_void");
  CHECK(clinic.enter(room_1, "g1") == "participant_arrived");

  CHECK(clinic.ask(invite_by("g2")) == "guest_invited");
  CHECK(clinic.ask(withdraw("g2")) == "invite_revoked");
  CHECK(clinic.ask(withdraw("g2")) == "");
  CHECK(clinic.ask(redeem("g2", "hash-g2")) == "refused: invite_void");
  CHECK(clinic.ask(withdraw("nobody")) == "refused: not_found");

  CHECK(clinic.ask(invite_by("g3")) == "guest_invited");
  CHECK(clinic.ask(invite_by("g4")) == "guest_invited");
  clinic.wait(24 * hour - milliseconds{1});
  CHECK(clinic.ask(redeem("g3", "hash-g3")) == "invite_redeemed");
  clinic.wait(milliseconds{1});
  CHECK(clinic.ask(redeem("g4", "hash-g4")) == "refused: invite_void");
  CHECK(clinic.ask(invite_by("g5", party::doctor)) == "refused: out_of_range");
  CHECK(clinic.ask(invite_by("g5", party::patient)) == "refused: out_of_range");
}

TEST_CASE("room: revoking the invitation of somebody inside puts them out") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.invite(room_1, "g1", party::nurse);
  clinic.ask(admit_in("g1"));
  CHECK(clinic.ask(withdraw("g1")) == "invite_revoked participant_removed");
  CHECK(clinic.enter(room_1, "g1") == "refused: removed");
}

TEST_CASE("room: invitations are limited") {
  model_clinic clinic;
  clinic.policy.limits.invites_max = 2;
  clinic.book(room_1);
  clinic.ask(invite_by("g1"));
  clinic.ask(invite_by("g2"));
  CHECK(clinic.ask(invite_by("g3")) == "refused: limit_reached");
  CHECK(clinic.ask(invite_by("g2")) == "");
}

TEST_CASE("room: an invitation that lets nobody in any more makes room for another") {
  model_clinic clinic;
  clinic.policy.limits.invites_max = 2;
  clinic.book(room_1);
  clinic.invite(room_1, "g1", party::nurse);
  clinic.ask(invite_by("g2"));
  CHECK(clinic.ask(withdraw("g2")) == "invite_revoked");
  CHECK(clinic.ask(invite_by("g3")) == "guest_invited");
  CHECK(clinic.ask(invite_by("g4")) == "refused: limit_reached");
  clinic.wait(milliseconds{clinic.policy.limits.invite_valid_ms});
  // The nurse's was used and holds; the one nobody used is too old.
  CHECK(clinic.ask(invite_by("g4")) == "guest_invited");
  CHECK(clinic.ask(invite_by("g5")) == "refused: limit_reached");
}

TEST_CASE("room: of invitations that let nobody in only the newest are remembered, of the others all") {
  model_clinic clinic;
  clinic.book(room_1);
  clinic.invite(room_1, "g", party::nurse);
  for (int i = 0; i < 50; ++i) {
    CHECK(clinic.ask(invite_by("w" + std::to_string(i))) == "guest_invited");
    CHECK(clinic.ask(withdraw("w" + std::to_string(i))) == "invite_revoked");
  }
  CHECK(clinic.room(room_1).invitations.size() == 2 + fixed::void_invitations_max);
  CHECK(clinic.ask(withdraw("w49")) == "");
  CHECK(clinic.ask(withdraw("w0")) == "refused: not_found");
  for (int i = 0; i < 50; ++i) {
    CHECK(clinic.ask(invite_by("o" + std::to_string(i))) == "guest_invited");
    clinic.wait(24 * hour);
  }
  CHECK(clinic.room(room_1).invitations.size() == 2 + fixed::void_invitations_max);
  CHECK(clinic.enter(room_1, "g") == "");
}

TEST_CASE("room: only the appointment's patients come in") {
  model_clinic clinic;
  clinic.book(room_1, {"p1"});
  CHECK(clinic.enter(room_1, "p2") == "refused: not_found");
  clinic.book(room_1, {"p1", "p2"});
  CHECK(clinic.enter(room_1, "p2") == "participant_arrived");
}
