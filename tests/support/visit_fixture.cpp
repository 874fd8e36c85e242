#include "tests/support/visit_fixture.hpp"

namespace machiai::test {

waiting_patient::waiting_patient() {
  start();
  make_clinic(2);
  page = patient("p1", "r1").id;
  doctor_page = doctor("d1").id;
  CHECK(is_ok(ask(at(page), enter_waiting("r1"))));
  CHECK(is_ok(ask(at(doctor_page), enter("r1"))));
  advance(std::chrono::minutes{1});
  begun = stored_seq();
}

in_consultation::in_consultation() {
  CHECK(is_ok(ask(at(doctor_page), admit_to("r1", "p1"))));
  advance(std::chrono::minutes{10});
  begun = stored_seq();
}

} // namespace machiai::test
