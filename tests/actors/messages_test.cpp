#include "actors/type_ids.hpp"
#include "tests/support/sample_events.hpp"
#include "tests/support/simulated_engine.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <doctest/doctest.h>

#include <set>

using namespace machiai;
using namespace machiai::test;

namespace {

/// A network that remembers the types it carried.
class network {
public:
  /// True when `x` goes through bytes and back, gives the same bytes again, and does not read when cut short.
  template <class T>
  bool carries(T x) {
    carried_.insert(caf::type_id<T>::value);
    const auto bytes = bytes_of(x);
    T read;
    if (!reads(bytes, read) || bytes_of(read) != bytes)
      return false;
    // CAF itself overlooks the end of an error that stands last.
    if (bytes.empty() || std::is_same_v<T, append_failed>)
      return true;
    T partly;
    return !reads({bytes.begin(), bytes.end() - 1}, partly);
  }

  /// Our types that were not carried.
  [[nodiscard]] std::string left_out() const {
    using block = caf::id_block::machiai;
    return left_out(std::make_integer_sequence<caf::type_id_t, block::end - block::begin>{});
  }

private:
  template <caf::type_id_t... Offsets>
  std::string left_out(std::integer_sequence<caf::type_id_t, Offsets...> /*all*/) const {
    std::string names;
    (append_unless_carried<caf::id_block::machiai::begin + Offsets>(names), ...);
    return names;
  }

  /// Addresses of actors are CAF's own to carry.
  template <caf::type_id_t Id>
  void append_unless_carried(std::string& names) const {
    using type = typename caf::type_by_id<Id>::type;
    if (!caf::is_typed_actor<type>::value && !carried_.contains(Id))
      names += std::string{caf::type_name_by_id<Id>::value} + ' ';
  }

  template <class T>
  std::vector<char> bytes_of(T& x) {
    std::vector<char> bytes;
    caf::binary_serializer out{engine_.system(), bytes};
    REQUIRE(!out(x));
    return bytes;
  }

  template <class T>
  bool reads(const std::vector<char>& bytes, T& x) {
    caf::binary_deserializer in{engine_.system(), bytes};
    return !in(x);
  }

  simulated_engine engine_{{}};
  std::set<caf::type_id_t> carried_;
};

const session_id some_session{7, (uint64_t{3} << 48U) | 5};
const command_origin origin{some_session, command_id{"c-1"}, {role::doctor, person_id{"d-1"}}, 77};
const timestamp noon{1'775'782'800'000};
const topic visit{audience::patient, room_id{"r-1"}};

void carry_commands(network& between) {
  const room_id room{"r-1"};
  const person_id who{"p-1"};
  for (const person_command& x : std::vector<person_command>{{enter_waiting_room{room}},
                                                             {enter_room{room}},
                                                             {leave_room{room}},
                                                             {set_attention{room, false}},
                                                             {set_media{room, true, false}},
                                                             {report_device_test{room, device_check::passed}}})
    CHECK(between.carries(device_command{origin, x, device_id{"d"}}));
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
    CHECK(between.carries(room_request{origin, x}));
    CHECK(between.carries(clinic_request{origin, x}));
  }
  for (const clinic_command& x : std::vector<clinic_command>{{put_clinic{{"name"}}},
                                                             {put_key{{key_id{"k"}, "EdDSA", "pem"}}},
                                                             {revoke_key{key_id{"k"}}},
                                                             {revoke_person{who}},
                                                             {put_doctor{{who, "name"}}},
                                                             {put_patient{{who, "name", "kana", "1", true}}}})
    CHECK(between.carries(clinic_request{origin, x}));
}

void carry_news(network& between) {
  const auto error = make_error(ec::room_full, "why");
  const presence_edges edges{{presence_change::left, noon, leave_reason::lost}};
  const identity who{person_id{"p-1"}, party::patient, "name"};
  CHECK(between.carries(room_decided{room_id{"r"},
                                     noon,
                                     {role::staff, person_id{"s"}},
                                     one_payload_of_each_kind(),
                                     origin,
                                     error,
                                     person_id{"p"},
                                     9}));
  CHECK(between.carries(room_decided{room_id{"r"}, noon, {}, {}, std::nullopt, std::nullopt, {}, 0}));
  CHECK(between.carries(person_enters{origin, who, edges, 4}));
  CHECK(between.carries(person_moved{origin, {role::engine, {}}, who.person, edges, 5}));
  CHECK(between.carries(person_moved{std::nullopt, {role::engine, {}}, who.person, {}, 5}));
  CHECK(between.carries(person_attends{origin, who.person, false, 6}));
  CHECK(between.carries(person_reports{origin, who.person, set_media{room_id{"r"}, true, true}, 6}));
  CHECK(between.carries(person_reports{origin, who.person, report_device_test{room_id{"r"}}, 6}));
  CHECK(between.carries(participation_changed{room_id{"r"}, whereabouts::in_room, 7}));
  CHECK(between.carries(room_rebuilt{room_id{"r"}, whereabouts::left, {{command_id{"a"}, 1}, {command_id{"b"}, 2}}}));
  CHECK(between.carries(device_silent{some_session, noon}));
  CHECK(between.carries(device_alive{some_session}));
  CHECK(between.carries(device_lost{some_session, noon}));
  CHECK(between.carries(device_back{some_session, room_id{"r"}, false}));
  CHECK(between.carries(shard_lost{7, 3}));
  CHECK(between.carries(open_feed{7, 3}));
  CHECK(between.carries(close_feed{7, 3}));
  CHECK(between.carries(subscribe{some_session, origin.who, "name", visit, position{2, 9}}));
  CHECK(between.carries(get_visits{some_session, origin.who, room_id{"r"}}));
  CHECK(between.carries(get_invitation{some_session, room_id{"r"}, invite_id{"i"}, "aa"}));
  CHECK(between.carries(repeat_answer{origin}));
  CHECK(between.carries(get_room{room_id{"r"}, person_id{"p"}}));
  CHECK(between.carries(
      feed_opened{clinic_id{"c"}, {{{key_id{"k"}, "EdDSA", "pem"}}, {key_id{"o"}}, {{who.person, noon}}}}));
  CHECK(between.carries(feed{clinic_id{"c"}, {{visit, {1, 2}, "visit", true, "{}"}}}));
  CHECK(between.carries(
      subscribed{clinic_id{"c"}, some_session, visit, error, resume_outcome::replayed, {1, 2}, {"{}", "[]"}, nullptr}));
  CHECK(between.carries(clinic_found{clinic_id{"c"}, error, nullptr}));
  CHECK(between.carries(person_rebuilt{clinic_id{"c"}, who.person, nullptr}));
  CHECK(between.carries(answered{clinic_id{"c"}, some_session, command_id{"k"}, "{}"}));
  CHECK(between.carries(command_taken{{command_id{"k"}, 5}}));
  CHECK(between.carries(expelled{clinic_id{"c"}, room_id{"r"}, who.person}));
  CHECK(between.carries(presence_due{}));
  CHECK(between.carries(room_deadline_due{}));
  CHECK(between.carries(go_to_sleep{}));
  CHECK(between.carries(idle_check_due{}));
  CHECK(between.carries(flush_due{}));
  CHECK(between.carries(alive_due{}));
  CHECK(between.carries(index_due{}));
  CHECK(between.carries(mark_clean{}));
  CHECK(between.carries(get_clinics{}));
  CHECK(between.carries(unsubscribe{some_session, visit, who.person}));
  CHECK(between.carries(person_idle{who.person}));
  CHECK(between.carries(person_unwatched{}));
  CHECK(between.carries(person_renamed{"another name"}));
  CHECK(between.carries(check_entry{room_id{"r"}, who}));
}

void carry_of_the_call(network& between) {
  const auto error = make_error(ec::room_full, "why");
  const call_endpoint there{person_id{"p-1"}, device_id{"d"}};
  for (const call_command& x : std::vector<call_command>{{join_call{room_id{"r"}}},
                                                         {leave_call{room_id{"r"}}},
                                                         {call_signal{room_id{"r"}, there, "\"candidate\":null"}},
                                                         {report_quality{room_id{"r"}, call_quality::poor, 5, {}}}})
    CHECK(between.carries(call_message{some_session, command_id{"k"}, origin.who, there.device, x}));
  CHECK(between.carries(call_told{clinic_id{"c"}, some_session, command_id{"k"}, error, "{}"}));
  CHECK(between.carries(call_device_lost{some_session, room_id{"r"}}));
  CHECK(between.carries(call_forgotten{clinic_id{"c"}, room_id{"r"}}));
  CHECK(between.carries(device_replaced{some_session}));
  CHECK(between.carries(session_replaced{clinic_id{"c"}, some_session}));
}

void carry_of_the_auditor(network& between) {
  room_state state;
  state.appointment.room = room_id{"r"};
  state.participants.emplace_back().person = person_id{"p"};
  CHECK(between.carries(get_awake_clinics{clinic_id{"c"}, 3}));
  CHECK(between.carries(awake_clinics{{{clinic_id{"c"}, nullptr}}}));
  CHECK(between.carries(get_clinic_view{room_id{"r"}, 3}));
  CHECK(between.carries(room_view{room_id{"r"}, state, nullptr}));
  CHECK(between.carries(clinic_view{{1, 2}, {}, true, true, {{room_id{"r"}, state, nullptr}}, {nullptr}}));
  CHECK(between.carries(get_room_view{}));
  CHECK(between.carries(get_sessions{clinic_id{"c"}, 4, nullptr}));
  CHECK(between.carries(held_sessions{4, {{origin.who, room_id{"r"}, true}, {origin.who, std::nullopt, false}}}));
  CHECK(between.carries(audit_due{}));
  CHECK(between.carries(look_late{4}));
}

void carry_to_and_from_the_log(network& between) {
  event_record row{clinic_id{"c"}, 3, 2, noon, "room.locked", room_id{"r"}, person_id{"p"}, "staff:s", "{}", {}};
  row.hash.fill(0xa5);
  const answer_record answer{person_id{"p"}, command_id{"k"}, noon, 3, "{}", ~uint64_t{0}};
  const outbox_record letter{3, "mail", "key", "body"};
  const snapshot_record snapshot{3, noon, row.hash, "{}"};
  CHECK(between.carries(append{{clinic_id{"c"}, 2, {row, row}, {answer}, {letter}, snapshot}, 8}));
  CHECK(between.carries(append{{clinic_id{"c"}, 2, {}, {}, {}, std::nullopt}, 8}));
  CHECK(between.carries(
      clinic_woken{clinic_id{"c"}, {2, alive_mark{1, noon, true, 700}, noon}, {snapshot, {row}, {answer}}}));
  CHECK(between.carries(append_failed{make_error(ec::stale_epoch, "why")}));
  CHECK(between.carries(clinic_list{{clinic_id{"a"}, clinic_id{"b"}}}));
  CHECK(between.carries(find_clinic{clinic_id{"c"}, true}));
  CHECK(between.carries(seek_clinic{clinic_id{"c"}, true}));
  CHECK(between.carries(wake_clinic{clinic_id{"c"}}));
  CHECK(between.carries(wake_due{clinic_id{"c"}}));
  CHECK(between.carries(clinic_idle{clinic_id{"c"}}));
  CHECK(between.carries(drain_clinics{5000}));
  appended done;
  done.ticket = 8;
  CHECK(between.carries(done));
}

} // namespace

TEST_CASE("messages: whatever actors tell each other could cross a network, none left out") {
  network between;
  carry_commands(between);
  carry_news(between);
  carry_of_the_call(between);
  carry_of_the_auditor(between);
  carry_to_and_from_the_log(between);
  CHECK(between.left_out().empty());
}
