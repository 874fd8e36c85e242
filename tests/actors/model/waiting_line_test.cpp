#include "actors/model/waiting_line.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

const room_id room_2{"room-2"};
const room_id room_3{"room-3"};

using places = std::map<room_id, uint32_t>;

/// p1 to p3 in rooms 1 to 3, all for doctor d1, come a minute apart.
model_clinic three_waiting() {
  model_clinic clinic;
  clinic.book(room_1, {"p1"});
  clinic.book(room_2, {"p2"});
  clinic.book(room_3, {"p3"});
  clinic.enter(room_1, "p1");
  clinic.wait(minute);
  clinic.enter(room_2, "p2");
  clinic.wait(minute);
  clinic.enter(room_3, "p3");
  clinic.wait(minute);
  return clinic;
}

} // namespace

TEST_CASE("line: first come, first served") {
  const auto clinic = three_waiting();
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}, {room_2, 2}, {room_3, 3}});
}

TEST_CASE("line: a visit keeps its place when its patient goes and comes back") {
  auto clinic = three_waiting();
  clinic.leave(room_1, "p1");
  CHECK(waiting_line(clinic.state) == places{{room_2, 1}, {room_3, 2}});
  clinic.wait(minute);
  clinic.enter(room_1, "p1");
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}, {room_2, 2}, {room_3, 3}});
  clinic.presence(room_1, "p1", doubt_since(clinic.now));
  CHECK(waiting_line(clinic.state).at(room_1) == 1);
}

TEST_CASE("line: whoever is admitted, ended or cancelled waits no more; whoever is sent back has the old place") {
  auto clinic = three_waiting();
  clinic.ask({admit{room_1, person_id{"p1"}}});
  CHECK(waiting_line(clinic.state) == places{{room_2, 1}, {room_3, 2}});
  clinic.ask({send_back{room_1, person_id{"p1"}}});
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}, {room_2, 2}, {room_3, 3}});
  clinic.ask({end_consultation{room_1}});
  clinic.ask({cancel_appointment{room_2}});
  CHECK(waiting_line(clinic.state) == places{{room_3, 1}});
}

TEST_CASE("line: every doctor has a line; a visit without a doctor stands in all of them") {
  model_clinic clinic;
  clinic.book(room_1, {"p1"}, {"d1"});
  clinic.book(room_2, {"p2"}, {"d2"});
  clinic.book(room_3, {"p3"}, {});
  clinic.enter(room_1, "p1");
  clinic.wait(minute);
  clinic.enter(room_2, "p2");
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}, {room_2, 1}});
  clinic.wait(minute);
  clinic.enter(room_3, "p3");
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}, {room_2, 1}, {room_3, 3}});
  clinic.book(room_2, {"p2"}, {"d1", "d2"});
  CHECK(waiting_line(clinic.state).at(room_2) == 2);
}

TEST_CASE("line: a visit of two patients has one place, from the first of them; guests have none") {
  model_clinic clinic;
  clinic.book(room_1, {"p1"});
  clinic.book(room_2, {"p2", "p3"});
  clinic.invite(room_1, "g1", party::family);
  CHECK(waiting_line(clinic.state).empty());
  clinic.wait(minute);
  clinic.enter(room_2, "p3");
  clinic.wait(minute);
  clinic.enter(room_1, "p1");
  clinic.wait(minute);
  clinic.enter(room_2, "p2");
  CHECK(waiting_line(clinic.state) == places{{room_2, 1}, {room_1, 2}});
  clinic.leave(room_2, "p3");
  CHECK(waiting_line(clinic.state) == places{{room_2, 1}, {room_1, 2}});
  clinic.leave(room_2, "p2");
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}});
}

TEST_CASE("line: visits of the same millisecond stand by room id") {
  model_clinic clinic;
  clinic.book(room_2, {"p2"});
  clinic.book(room_1, {"p1"});
  clinic.enter(room_2, "p2");
  clinic.enter(room_1, "p1");
  CHECK(waiting_line(clinic.state) == places{{room_1, 1}, {room_2, 2}});
}
