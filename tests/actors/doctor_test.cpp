#include "actors/doctor.hpp"
#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "tests/support/simulated_engine.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <doctest/doctest.h>

#include <vector>

using namespace machiai;
using namespace machiai::test;

namespace {

/// A clinic that hears everything and answers what a test lets it answer.
struct mute_clinic_state {
  static constexpr const char* name = "mute clinic";
  std::vector<caf::typed_response_promise<room_actor>> rooms;
  std::vector<caf::typed_response_promise<bool>> entries;
};

struct heard {
  size_t entries = 0;
  bool answers = false;
  std::vector<room_decided> decided;
};

clinic_actor::behavior_type mute_clinic(clinic_actor::stateful_pointer<mute_clinic_state> self, heard* told) {
  return {
      [](const open_feed&) {},
      [](const close_feed&) {},
      [](const subscribe&) {},
      [](const unsubscribe&) {},
      [](const get_visits&) {},
      [](const get_invitation&) {},
      [](const person_idle&) {},
      [](const clinic_request&) {},
      [](const repeat_answer&) {},
      [](const call_message&) {},
      [](const call_device_lost&) {},
      [](const call_told&) {},
      [](const device_replaced&) {},
      [self](const get_room&) { return self->state.rooms.emplace_back(self->make_response_promise<room_actor>()); },
      [self, told](const check_entry&) {
        ++told->entries;
        auto promise = self->make_response_promise<bool>();
        self->state.entries.push_back(promise);
        if (told->answers)
          promise.deliver(make_error(ec::room_ended, "over"));
        return promise;
      },
      [told](const room_decided& x) { told->decided.push_back(x); },
      [](const appended&) {},
      [](const append_failed&) {},
      [](const get_clinic_view&) { return clinic_view{}; },
      [](go_to_sleep) {},
      [](idle_check_due) {},
  };
}

} // namespace

TEST_CASE(
    "doctor: an entry that the clinic says nothing on is asked for again, and holds nothing up once it is answered") {
  heard told;
  simulated_engine engine{{}};
  const auto now = engine.now();
  const principal who{role::doctor, person_id{"d1"}};
  const auto clinic = engine.system().spawn(mute_clinic, &told);
  person_start start{{who.id, party::doctor, "Sato"}, {{room_id{"r1"}, now, now + milliseconds{5000}, now}}, {}};
  const auto doctor_actor = engine.system().spawn(machiai::doctor, engine.shared(), start, clinic);
  for (const auto* room : {"r2", "r3"})
    caf::anon_send(doctor_actor,
                   device_command{{session_id{1, 1}, command_id{room}, who, 0}, {enter_room{room_id{room}}}, {}});
  engine.settle();
  CHECK(told.entries == 1);
  engine.advance(milliseconds{fixed::room_answer_timeout_ms - 1});
  CHECK(told.entries == 1);
  told.answers = true;
  engine.advance(milliseconds{1});
  CHECK(told.entries == 3);
  REQUIRE(told.decided.size() == 2);
  CHECK(told.decided[0].origin->command == command_id{"r2"});
  CHECK(told.decided[1].origin->command == command_id{"r3"});
  caf::anon_send_exit(doctor_actor, caf::exit_reason::kill);
  caf::anon_send_exit(clinic, caf::exit_reason::kill);
  engine.settle();
}
