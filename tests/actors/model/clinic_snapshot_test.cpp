#include "actors/model/clinic_state.hpp"
#include "config/error.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

/// Something in every member of the state.
clinic_memory rich_memory() {
  model_clinic clinic;
  clinic.ask({put_clinic{{"待合クリニック \"本院\""}}});
  clinic.ask({put_patient{{person_id{"p1"}, "山田 花子", "ヤマダ ハナコ", "000123", true}}});
  clinic.ask({put_key{{key_id{"k1"}, "EdDSA", "-----BEGIN\nKEY-----\n"}}});
  clinic.ask({put_key{{key_id{"k2"}, "HS256", "sealed"}}});
  clinic.ask({revoke_key{key_id{"k1"}}});
  clinic.ask({revoke_person{person_id{"p3"}}});
  clinic.book(room_1, {"p1", "p2"}, {"d1", "d2"}, true);
  clinic.bring_in(room_1, "p1");
  clinic.enter(room_1, "d1");
  clinic.wait(20 * minute);
  clinic.ask(end_it);
  clinic.ask(reopen_it);
  clinic.enter(room_1, "p1");
  clinic.attend(room_1, "p1", false);
  clinic.presence(room_1, "p1", doubt_since(clinic.now));
  clinic.invite(room_1, "g1", party::specialist);
  clinic.ask(admit_in("g1"));
  clinic.ask(invite_by("g2"));
  clinic.ask(withdraw("g2"));
  clinic.invite(room_1, "g3", party::family);
  clinic.ask(put_out("g3"));
  clinic.enter(room_1, "d1");
  clinic.wait(minute);
  clinic.lose(room_1, "d1", clinic.now - second);
  clinic.ask(lock_it);
  clinic.book(room_id{"room-2"}, {"p3"}, {});
  clinic.ask({cancel_appointment{room_id{"room-2"}}});
  return {clinic.state,
          {{person_id{"p1"}, command_id{"c-1"}, clinic.now, 7, R"({"ok":true})"},
           {person_id{"s1"}, command_id{"c-2"}, clinic.now, 9, R"({"ok":false,"message":"待"})"}}};
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("snapshot: a rich state and its answers come back as they were") {
  const auto memory = rich_memory();
  const auto back = decode_snapshot(encode_snapshot(memory));
  REQUIRE_MESSAGE(back, message_of(back.error()));
  CHECK(back->state == memory.state);
  CHECK(back->answers == memory.answers);
  CHECK(encode_snapshot(*back) == encode_snapshot(memory));
}

TEST_CASE("snapshot: an empty clinic comes back too") {
  const auto back = decode_snapshot(encode_snapshot({}));
  REQUIRE(back);
  CHECK(back->state == clinic_state{});
  CHECK(back->answers.empty());
}

TEST_CASE("snapshot: what cannot be read is damage, what a newer program wrote is its version") {
  const auto text = encode_snapshot(rich_memory());
  const auto code_for = [](const std::string& snapshot) { return code_of(decode_snapshot(snapshot).error()); };
  CHECK(code_for("") == ec::store_damaged);
  CHECK(code_for(text.substr(0, text.size() - 1)) == ec::store_damaged);
  CHECK(code_for("[]") == ec::store_damaged);
  CHECK(code_for(replaced(text, "\"in_room\"", "\"in_space\"")) == ec::store_damaged);
  CHECK(code_for(replaced(text, "\"version\":1", "\"version\":2")) == ec::store_version);
}
