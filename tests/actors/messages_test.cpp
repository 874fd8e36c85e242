#include "actors/type_ids.hpp"
#include "tests/support/sample_events.hpp"
#include "tests/support/simulated_engine.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

/// Through bytes and back; the second set of bytes must be the first.
template <class T>
void check_round_trip(caf::actor_system& system, T x) {
  INFO("type " << std::string{typeid(T).name()});
  std::vector<char> bytes;
  caf::binary_serializer out{system, bytes};
  CHECK(!out(x));
  T read;
  caf::binary_deserializer in{system, bytes};
  REQUIRE(!in(read));
  std::vector<char> again;
  caf::binary_serializer second{system, again};
  CHECK(!second(read));
  CHECK(bytes == again);
  // Cut short it must not read; CAF itself overlooks the end of an error that stands last.
  if (!bytes.empty() && !std::is_same_v<T, append_failed>) {
    std::vector<char> cut(bytes.begin(), bytes.end() - 1);
    T partly;
    caf::binary_deserializer broken{system, cut};
    CHECK(broken(partly));
  }
}

template <class... Ts>
void check_empty(caf::actor_system& system) {
  (check_round_trip(system, Ts{}), ...);
}

const session_id some_session{7, (uint64_t{3} << 48U) | 5};
const command_origin origin{some_session, command_id{"c-1"}, {role::doctor, person_id{"d-1"}}, 77};
const timestamp noon{1'775'782'800'000};
const topic visit{audience::patient, room_id{"r-1"}};

} // namespace

TEST_CASE("messages: every command crosses a network") {
  simulated_engine engine({});
  auto& system = engine.system();
  const room_id room{"r-1"};
  const person_id who{"p-1"};
  for (const person_command& x : std::vector<person_command>{
           {enter_waiting_room{room}}, {enter_room{room}}, {leave_room{room}}, {set_attention{room, false}}})
    check_round_trip(system, device_command{origin, x});
  for (const room_command& x :
       std::vector<room_command>{{admit{room, who}},
                                 {send_back{room, who}},
                                 {remove_participant{room, who}},
                                 {invite_guest{room, party::nurse, "N", invite_id{"i"}, who, "h"}},
                                 {revoke_invite{room, invite_id{"i"}}},
                                 {redeem_invite{room, invite_id{"i"}, "h"}},
                                 {lock_room{room}},
                                 {unlock_room{room}},
                                 {end_consultation{room}},
                                 {reopen_consultation{room}},
                                 {put_appointment{{room, noon, 15, "m", {who}, {who}, true}}},
                                 {cancel_appointment{room}}}) {
    check_round_trip(system, room_request{origin, x});
    check_round_trip(system, clinic_request{origin, x});
  }
  for (const clinic_command& x : std::vector<clinic_command>{{put_clinic{{"name"}}},
                                                             {put_key{{key_id{"k"}, "EdDSA", "pem"}}},
                                                             {revoke_key{key_id{"k"}}},
                                                             {revoke_person{who}},
                                                             {put_doctor{{who, "name"}}},
                                                             {put_patient{{who, "name", "kana", "1", true}}}})
    check_round_trip(system, clinic_request{origin, x});
}

TEST_CASE("messages: everything actors tell each other crosses a network") {
  simulated_engine engine({});
  auto& system = engine.system();
  const auto error = make_error(ec::room_full, "why");
  const presence_edges edges{{presence_change::left, noon, leave_reason::lost}};
  const identity who{person_id{"p-1"}, party::patient, "name"};
  check_round_trip(system, room_decided{room_id{"r"},
                                        noon,
                                        {role::staff, person_id{"s"}},
                                        one_payload_of_each_kind(),
                                        origin,
                                        error,
                                        person_id{"p"},
                                        9});
  check_round_trip(system, room_decided{room_id{"r"}, noon, {}, {}, std::nullopt, std::nullopt, {}, 0});
  check_round_trip(system, person_enters{origin, who, edges, 4});
  check_round_trip(system, person_moved{origin, {role::engine, {}}, who.person, edges, 5});
  check_round_trip(system, person_moved{std::nullopt, {role::engine, {}}, who.person, {}, 5});
  check_round_trip(system, person_attends{origin, who.person, false, 6});
  check_round_trip(system, participation_changed{room_id{"r"}, whereabouts::in_room, 7});
  check_round_trip(system, room_rebuilt{room_id{"r"}, whereabouts::left, {{command_id{"a"}, 1}, {command_id{"b"}, 2}}});
  check_round_trip(system, device_silent{some_session, noon});
  check_round_trip(system, device_alive{some_session});
  check_round_trip(system, device_lost{some_session, noon});
  check_round_trip(system, device_back{some_session, room_id{"r"}, false});
  check_round_trip(system, shard_lost{7, 3});
  check_round_trip(system, open_feed{7, 3});
  check_round_trip(system, close_feed{7, 3});
  check_round_trip(system, subscribe{some_session, origin.who, "name", visit, position{2, 9}});
  check_round_trip(system, repeat_answer{origin});
  check_round_trip(system, get_room{room_id{"r"}});
  check_round_trip(system,
                   feed_opened{clinic_id{"c"}, {{{key_id{"k"}, "EdDSA", "pem"}}, {key_id{"o"}}, {{who.person, noon}}}});
  check_round_trip(system, feed{clinic_id{"c"}, {{visit, {1, 2}, "visit", true, "{}"}}});
  check_round_trip(
      system,
      subscribed{clinic_id{"c"}, some_session, visit, error, resume_outcome::replayed, {1, 2}, {"{}", "[]"}, nullptr});
  check_round_trip(system, clinic_found{clinic_id{"c"}, error, nullptr});
  check_round_trip(system, person_rebuilt{clinic_id{"c"}, who.person, nullptr});
  check_round_trip(system, answered{clinic_id{"c"}, some_session, command_id{"k"}, "{}"});
  check_round_trip(system, command_taken{{command_id{"k"}, 5}});
  check_round_trip(system, expelled{clinic_id{"c"}, room_id{"r"}, who.person});
  check_empty<presence_due, room_deadline_due, go_to_sleep, idle_check_due, flush_due, alive_due, index_due, mark_clean,
              get_clinics>(system);
}

TEST_CASE("messages: what goes to and comes from the log crosses a network") {
  simulated_engine engine({});
  auto& system = engine.system();
  event_record row{clinic_id{"c"}, 3, 2, noon, "room.locked", room_id{"r"}, person_id{"p"}, "staff:s", "{}", {}};
  row.hash.fill(0xa5);
  const answer_record answer{person_id{"p"}, command_id{"k"}, noon, 3, "{}", ~uint64_t{0}};
  const outbox_record letter{3, "mail", "key", "body"};
  const snapshot_record snapshot{3, noon, row.hash, "{}"};
  check_round_trip(system, append{{clinic_id{"c"}, 2, {row, row}, {answer}, {letter}, snapshot}, 8});
  check_round_trip(system, append{{clinic_id{"c"}, 2, {}, {}, {}, std::nullopt}, 8});
  check_round_trip(system, clinic_woken{clinic_id{"c"}, {2, alive_mark{1, noon, true}}, {snapshot, {row}, {answer}}});
  check_round_trip(system, append_failed{make_error(ec::stale_epoch, "why")});
  check_round_trip(system, clinic_list{{clinic_id{"a"}, clinic_id{"b"}}});
  check_round_trip(system, find_clinic{clinic_id{"c"}, true});
  check_round_trip(system, seek_clinic{clinic_id{"c"}, true});
  check_round_trip(system, wake_clinic{clinic_id{"c"}});
  check_round_trip(system, wake_due{clinic_id{"c"}});
  check_round_trip(system, clinic_idle{clinic_id{"c"}});
  check_round_trip(system, drain_clinics{5000});
  appended done;
  done.ticket = 8;
  check_round_trip(system, done);
}
