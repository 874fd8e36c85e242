#include "gateway/protocol.hpp"
#include "store/json_encode.hpp"
#include "tests/support/golden_file.hpp"

#include <doctest/doctest.h>

using namespace machiai;

namespace {

const room_id room{"r1"};
const person_id patient{"p1"};

client_message command(command_kind kind, decltype(addressed_command::what) what, const char* id = "c-1") {
  return addressed_command{command_id{id}, kind, std::move(what)};
}

client_message invite(party who, const char* name) {
  return command(command_kind::invite, invite_wish{room, who, name});
}

client_message signal(const char* body) {
  return command(command_kind::send_signal, call_command{call_signal{room, {patient, device_id{"d1"}}, body}});
}

/// What each line of golden/frames/client.jsonl says.
std::vector<client_message> what_they_say() {
  using person = person_command;
  using clinic = room_command;
  return {
      hello{"eyJ.a.b", {}, {}, {}},
      hello{"eyJ.a.b", room, position{1795309200, 42}, {}},
      hello{"eyJ.a.b", {}, position{1, 0}, {}},
      hello{"eyJ.a.b", {}, {}, device_id{"5f0c2a"}},
      renew{command_id{"c-1"}, "eyJ.a.b"},
      ask_beat{command_id{"c-1"}},
      command(command_kind::enter_waiting_room, person{enter_waiting_room{room}}),
      command(command_kind::enter_room, person{enter_room{room}}),
      command(command_kind::leave_room, person{leave_room{room}}),
      command(command_kind::set_attention, person{set_attention{room, false}}),
      command(command_kind::set_attention, person{set_attention{room, true}}),
      command(command_kind::set_media, person{set_media{room, true, false}}),
      command(command_kind::report_device_test,
              person{report_device_test{room, device_check::passed, device_check::refused, device_check::failed,
                                        device_check::missing}}),
      command(command_kind::join_call, call_command{join_call{room}}),
      command(command_kind::leave_call, call_command{leave_call{room}}),
      signal(R"("description":{"type":"offer","sdp":"v=0\r\n"})"),
      signal(R"("description":{"type":"answer","sdp":""})"),
      signal(
          R"("candidate":{"candidate":"candidate:1 1 UDP 1 10.0.0.1 9 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null})"),
      signal(R"("candidate":null)"),
      command(command_kind::report_quality, call_command{report_quality{room, call_quality::lost, {}, {}}}),
      command(command_kind::report_quality, call_command{report_quality{room, call_quality::fair, 180, 1000}}),
      command(command_kind::admit, clinic{admit{room, patient}}),
      command(command_kind::send_back, clinic{send_back{room, patient}}),
      command(command_kind::remove, clinic{remove_participant{room, patient}}),
      invite(party::family, "花子の母"),
      invite(party::nurse, "看護師"),
      invite(party::specialist, "が"),
      invite(party::interpreter, "𩸽"),
      command(command_kind::revoke_invite, clinic{revoke_invite{room, invite_id{"i1"}}}),
      command(command_kind::lock_room, clinic{lock_room{room}}),
      command(command_kind::unlock_room, clinic{unlock_room{room}}),
      command(command_kind::end_consultation, clinic{end_consultation{room}}),
      command(command_kind::reopen_consultation, clinic{reopen_consultation{room_id{"Room_1.a-b"}}},
              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
  };
}

bool same(const hello& a, const hello& b) {
  return a.token == b.token && a.room == b.room && a.resume == b.resume && a.device == b.device;
}

bool same(const renew& a, const renew& b) {
  return a.id == b.id && a.token == b.token;
}

bool same(const ask_beat& a, const ask_beat& b) {
  return a.id == b.id;
}

bool same(const addressed_command& a, const addressed_command& b) {
  if (a.id != b.id || a.kind != b.kind || a.what.index() != b.what.index())
    return false;
  if (const auto* wish = std::get_if<invite_wish>(&a.what))
    return encode_json(*wish) == encode_json(std::get<invite_wish>(b.what));
  if (const auto* asked = std::get_if<room_command>(&a.what))
    return *asked == std::get<room_command>(b.what);
  if (const auto* call = std::get_if<call_command>(&a.what))
    return *call == std::get<call_command>(b.what);
  return std::get<person_command>(a.what) == std::get<person_command>(b.what);
}

bool same(const client_message& a, const client_message& b) {
  return a.index() == b.index() &&
         std::visit([&](const auto& x) { return same(x, std::get<std::decay_t<decltype(x)>>(b)); }, a);
}

} // namespace

TEST_CASE("golden commands: each valid client frame is taken for exactly what it says") {
  const auto lines = test::golden_lines("frames/client.jsonl");
  const auto expected = what_they_say();
  REQUIRE(lines.size() == expected.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    INFO(lines[i]);
    const auto decoded = decode_message(lines[i]);
    REQUIRE(std::holds_alternative<client_message>(decoded));
    CHECK(same(std::get<client_message>(decoded), expected[i]));
  }
}
