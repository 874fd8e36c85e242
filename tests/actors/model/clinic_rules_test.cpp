#include "actors/model/clinic_rules.hpp"
#include "config/fixed_limits.hpp"
#include "config/settings_table.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

clinic_command doctor(const char* id, const char* name) {
  return {put_doctor{{person_id{id}, name}}};
}

clinic_command patient(const char* id, const char* name) {
  return {put_patient{{person_id{id}, name, "", "", false}}};
}

clinic_command key(const char* id, const char* material) {
  return {put_key{{key_id{id}, "EdDSA", material}}};
}

room_command booking(const std::vector<std::string>& patients, const std::vector<std::string>& doctors,
                     int32_t duration_min = 15) {
  return {put_appointment{{room_1, timestamp{0}, duration_min, "", ids(patients), ids(doctors), false}}};
}

} // namespace

TEST_CASE("clinic: before it is created there is nothing to ask") {
  const clinic_state nothing;
  CHECK_FALSE(decide(nothing, doctor("d1", "x"), {}));
  CHECK(check_room_command(nothing, end_it, {}).has_value());
  CHECK(decide(nothing, clinic_command{put_clinic{{"x"}}}, {}));
}

TEST_CASE("clinic: repeating a put changes nothing, another value changes it") {
  model_clinic clinic;
  CHECK(clinic.ask({put_clinic{{"Machiai Clinic"}}}) == "");
  CHECK(clinic.ask({put_clinic{{"Other Clinic"}}}) == "changed");
  CHECK(clinic.ask(doctor("d1", "Dr d1")) == "");
  CHECK(clinic.ask(doctor("d1", "Dr Sato")) == "doctor_recorded");
  CHECK(clinic.state.doctors.at(person_id{"d1"}).name == "Dr Sato");
  CHECK(clinic.ask(patient("p1", "Hanako")) == "patient_recorded");
  CHECK(clinic.ask(patient("p1", "Hanako")) == "");
  CHECK(recorded_name(clinic.state, person_id{"p1"}) == "Hanako");
  CHECK(recorded_name(clinic.state, person_id{"nobody"}).empty());
}

TEST_CASE("clinic: an id is either a doctor's or a patient's") {
  model_clinic clinic;
  CHECK(clinic.ask(doctor("p1", "x")) == "refused: conflict");
  CHECK(clinic.ask(patient("d1", "x")) == "refused: conflict");
}

TEST_CASE("clinic: a key never changes under its id, and a revoked id never comes back") {
  model_clinic clinic;
  clinic.limits.keys_max = 2;
  CHECK(clinic.ask(key("k1", "a")) == "key_registered");
  CHECK(clinic.ask(key("k1", "a")) == "");
  CHECK(clinic.ask(key("k1", "b")) == "refused: conflict");
  CHECK(clinic.ask(key("k2", "b")) == "key_registered");
  CHECK(clinic.ask(key("k3", "c")) == "refused: limit_reached");
  CHECK(clinic.ask({revoke_key{key_id{"k1"}}}) == "key_revoked");
  CHECK(clinic.ask({revoke_key{key_id{"k1"}}}) == "");
  CHECK(clinic.ask({revoke_key{key_id{"k9"}}}) == "refused: not_found");
  CHECK(clinic.ask(key("k1", "a")) == "refused: conflict");
  CHECK(clinic.ask(key("k3", "c")) == "key_registered");
  CHECK_FALSE(clinic.state.keys.contains(key_id{"k1"}));
}

TEST_CASE("clinic: only the newest revoked keys are remembered") {
  model_clinic clinic;
  for (uint32_t i = 0; i <= fixed::revoked_keys_max; ++i) {
    const auto id = "k" + std::to_string(i);
    REQUIRE(clinic.ask(key(id.c_str(), "a")) == "key_registered");
    REQUIRE(clinic.ask({revoke_key{key_id{id}}}) == "key_revoked");
  }
  CHECK(clinic.state.revoked_keys.size() == fixed::revoked_keys_max);
  CHECK(clinic.ask(key("k1", "a")) == "refused: conflict");
  CHECK(clinic.ask(key("k0", "a")) == "key_registered");
}

TEST_CASE("clinic: a revocation is forgotten when no token it was about can be valid any more") {
  model_clinic clinic;
  clinic.ask({revoke_person{person_id{"p1"}}});
  clinic.wait(milliseconds{fixed::revocation_memory_ms});
  clinic.ask({revoke_person{person_id{"p2"}}});
  CHECK(clinic.state.revoked_persons.size() == 2);
  clinic.wait(milliseconds{1});
  clinic.ask({revoke_person{person_id{"p3"}}});
  CHECK_FALSE(clinic.state.revoked_persons.contains(person_id{"p1"}));
  CHECK(clinic.state.revoked_persons.size() == 2);
}

TEST_CASE("settings: no token may live longer than the revocation of its person is remembered") {
  for (const auto& row : settings_table())
    if (setting_name(row) == "token.lifetime_max_ms")
      CHECK(row.maximum < fixed::revocation_memory_ms);
}

TEST_CASE("clinic: revoking a person again voids the tokens made since") {
  model_clinic clinic;
  CHECK(clinic.ask({revoke_person{person_id{"p1"}}}) == "person_revoked");
  CHECK(clinic.state.revoked_persons.at(person_id{"p1"}) == clinic.now);
  clinic.wait(minute);
  CHECK(clinic.ask({revoke_person{person_id{"p1"}}}) == "person_revoked");
  CHECK(clinic.state.revoked_persons.at(person_id{"p1"}) == clinic.now);
}

TEST_CASE("clinic: persons and rooms are limited, those already there can change") {
  model_clinic clinic;
  clinic.limits.persons_max = 5;
  clinic.limits.rooms_max = 1;
  CHECK(clinic.ask(patient("p4", "x")) == "refused: limit_reached");
  CHECK(clinic.ask(doctor("d3", "x")) == "refused: limit_reached");
  CHECK(clinic.ask(doctor("d1", "x")) == "doctor_recorded");
  CHECK(clinic.book(room_1) == "appointment_booked");
  CHECK(clinic.book(room_id{"room-2"}) == "refused: limit_reached");
  CHECK(clinic.book(room_1, {"p1", "p2"}) == "appointment_changed");
}

TEST_CASE("clinic: an appointment names known persons, once, and a time that can be") {
  model_clinic clinic;
  CHECK(clinic.ask(booking({}, {"d1"})) == "refused: out_of_range");
  CHECK(clinic.ask(booking({"nobody"}, {"d1"})) == "refused: not_found");
  CHECK(clinic.ask(booking({"p1"}, {"nobody"})) == "refused: not_found");
  CHECK(clinic.ask(booking({"p1"}, {"p2"})) == "refused: not_found");
  CHECK(clinic.ask(booking({"p1", "p1"}, {"d1"})) == "refused: out_of_range");
  CHECK(clinic.ask(booking({"p1"}, {"d1", "d1"})) == "refused: out_of_range");
  CHECK(clinic.ask(booking({"p1"}, {"d1"}, 0)) == "refused: out_of_range");
  CHECK(clinic.ask(booking({"p1"}, {"d1"}, 1441)) == "refused: out_of_range");
  CHECK(clinic.ask(booking(std::vector<std::string>(17, "p1"), {})) == "refused: out_of_range");
  CHECK(clinic.ask(end_it) == "refused: not_found");
  CHECK(clinic.ask(booking({"p1"}, {}, 1440)) == "appointment_booked");
}

TEST_CASE("clinic: the fold refuses a gap in the numbering") {
  clinic_state state;
  apply(state, {{1, 1}, timestamp{5}, {}, {}, {clinic_created{{"x"}}}});
  CHECK(state.position == position{1, 1});
  CHECK_THROWS(apply(state, {{1, 3}, timestamp{6}, {}, {}, {clinic_changed{{"y"}}}}));
  CHECK_THROWS(apply(state, {{1, 2}, timestamp{6}, {}, {}, {room_locked{}}}));
}

TEST_CASE("commands: each names its room") {
  CHECK(room_of(admit_in("p1")) == room_1);
  CHECK(room_of(booking({"p1"}, {})) == room_1);
  CHECK(room_of(person_command{leave_room{room_1}}) == room_1);
}
