#include "gateway/invite_secret.hpp"
#include "gateway/protocol.hpp"
#include "store/json_frame.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/golden_file.hpp"
#include "tests/support/visit_fixture.hpp"

using namespace machiai;
using namespace machiai::test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const std::string secret_digest(64, 'a');

/// One clinic's day in which everything happens that a frame can tell of, watched from the board and by a patient and a
/// guest of the same visit. Each part goes on where the one before it ended.
struct golden_day : actor_fixture {
  golden_day() {
    start();
    as_system(of_clinic({put_clinic{{"待合クリニック"}}}));
    board = console(position{1, 0}).id;
    note_board();
  }

  session& at(const session_id& id) { return *shard().find(id); }
  void say(const session_id& who, const any_command& command) { CHECK(is_ok(ask(at(who), command))); }
  void as_system(const any_command& command) { CHECK(is_ok(ask_clinic(command))); }
  void note_board() { boards.push_back(console().story.at(0).text); }

  void book(const std::string& room, const std::string& patient, const std::string& menu) {
    as_system(of_room(
        {put_appointment{{room_id{room}, engine().now(), 15, menu, {person_id{patient}}, {person_id{"d1"}}, false}}}));
  }

  void set_up() {
    as_system(of_clinic({put_clinic{{"待合クリニック 本院", "03-1234-5678", "東京都千代田区一番町1-1", 10, 20}}}));
    as_system(of_clinic({put_key{{key_id{"k1"}, "EdDSA", "-----BEGIN PUBLIC KEY-----"}}}));
    as_system(of_clinic({revoke_key{key_id{"k1"}}}));
    as_system(of_clinic({revoke_person{person_id{"former-reception"}}}));
    as_system(of_clinic({put_doctor{{person_id{"d1"}, "佐藤 一郎"}}}));
    as_system(of_clinic({put_patient{{person_id{"p1"}, "山田 花子", "ヤマダ ハナコ", "000123", true}}}));
    as_system(of_clinic({put_patient{{person_id{"p2"}, "髙橋 \"けん\"", "タカハシ ケン", "000124", false}}}));
    book("r1", "p1", "初診");
    book("r1", "p1", "再診");
    book("r2", "p2", "");
    // A name that stands on two cards.
    as_system(of_clinic({put_doctor{{person_id{"d1"}, "佐藤 市郎", 1998}}}));
  }

  void wait_in_line() {
    other_page = patient("p2", "r2").id;
    say(other_page, enter_waiting("r2"));
    advance(minutes{1});
    page = patient("p1", "r1").id;
    say(page, enter_waiting("r1"));
    say(page, of_person({set_attention{room_id{"r1"}, false}}));
    say(page, of_person({set_attention{room_id{"r1"}, true}}));
    note_board();
    as_system(of_room({cancel_appointment{room_id{"r2"}}}));
  }

  void invite_guests() {
    say(board, of_room({invite_guest{room_id{"r1"}, party::family, "花子の母", invite_id{"i1"}, person_id{"g1"},
                                     secret_digest}}));
    as_system(of_room({redeem_invite{room_id{"r1"}, invite_id{"i1"}, secret_digest}}));
    say(board, of_room({invite_guest{room_id{"r1"}, party::interpreter, "通訳", invite_id{"i2"}, person_id{"g2"},
                                     secret_digest}}));
    say(board, of_room({revoke_invite{room_id{"r1"}, invite_id{"i2"}}}));
    guest_page = guest("g1", "r1").id;
    say(guest_page, enter_waiting("r1"));
  }

  void consult() {
    const auto doctor_page = doctor("d1").id;
    say(doctor_page, enter("r1"));
    say(doctor_page, admit_to("r1", "p1"));
    say(doctor_page, admit_to("r1", "g1"));
    say(page, of_person({report_device_test{room_id{"r1"}, device_check::passed, device_check::passed,
                                            device_check::skipped, device_check::passed}}));
    say(page, of_person({set_media{room_id{"r1"}, true, true}}));
    say(page, of_person({set_media{room_id{"r1"}, false, true}}));
    advance(minutes{31});
    shard().fall_silent(at(page));
    advance(seconds{3});
    note_board();
    shard().speak(at(page));
    advance(seconds{27});
    say(board, of_room({lock_room{room_id{"r1"}}}));
    say(board, of_room({unlock_room{room_id{"r1"}}}));
    say(board, of_room({send_back{room_id{"r1"}, person_id{"p1"}}}));
    say(board, of_room({remove_participant{room_id{"r1"}, person_id{"g1"}}}));
    say(doctor_page, leave("r1"));
    say(board, end_of("r1"));
    say(board, of_room({reopen_consultation{room_id{"r1"}}}));
    say(board, end_of("r1"));
    note_board();
    advance(minutes{24 * 60 + 1});
  }

  static any_command of_person(person_command what) { return what; }

  static std::vector<std::string> told_to(const session& x) {
    std::vector<std::string> texts;
    for (const auto& told : x.story)
      if (told.kind == told::what::snapshot || told.kind == told::what::frame)
        texts.push_back(told.text);
    return texts;
  }

  session_id board;
  session_id page;
  session_id other_page;
  session_id guest_page;
  std::vector<std::string> boards;
};

subscribed welcomed(resume_outcome outcome, position top) {
  subscribed x;
  x.clinic = clinic_id{"c1"};
  x.outcome = outcome;
  x.position = top;
  return x;
}

} // namespace

TEST_CASE_FIXTURE(golden_day, "golden frames: what board, patient and guest are told of a day") {
  set_up();
  wait_in_line();
  invite_guests();
  consult();
  CHECK(is_golden("frames/board.jsonl", boards));
  CHECK(is_golden("frames/event.jsonl", told_to(at(board))));
  CHECK(is_golden("frames/visit_patient.jsonl", told_to(at(page))));
  CHECK(is_golden("frames/visit_guest.jsonl", told_to(at(guest_page))));
}

TEST_CASE("golden frames: the welcome of each role that may say hello, and each outcome") {
  const session_id session{0x19dc'0000'0001, 7};
  const auto welcome = [&](resume_outcome outcome, position top, const char* who, role as) {
    return welcome_frame(session, welcomed(outcome, top), person_id{who}, as, 20000);
  };
  CHECK(is_golden("frames/welcome.jsonl", {welcome(resume_outcome::reload, {1, 0}, "reception", role::staff),
                                           welcome(resume_outcome::replayed, {1795309200, 45}, "d1", role::doctor),
                                           welcome(resume_outcome::nothing_missed, {2, 45}, "p1", role::patient),
                                           welcome(resume_outcome::reload, {2, 46}, "g-Zk_3-x", role::guest),
                                           welcome(resume_outcome::reload, {4294967295, 47}, "emr", role::system)}));
}

TEST_CASE_FIXTURE(actor_fixture, "golden frames: replies to commands, of the clinic and of the gateway") {
  start();
  make_clinic(1);
  auto& desk = console();
  const auto key = token_key::secret(key_id{"operator"}, std::string(32, 'o'));
  REQUIRE(key);
  const command_id id{"c-1"};
  const auto made = make_invite(*key, clinic, desk.who.id, id, {room_id{"r1"}, party::nurse, "看護師"});
  auto invited = ask(desk, of_room({made.command}));
  invited.insert(invited.size() - 1, made.answer_members);
  CHECK(is_golden(
      "frames/reply.jsonl",
      {reply_frame(id, ask(desk, of_room({lock_room{room_id{"r1"}}}))), reply_frame(id, invited),
       renewed_frame(id, simulation_start), reply_frame(id, ask(desk, admit_to("r1", "p1"))), joined_frame(id, "[]"),
       joined_frame(id, R"([{"urls":["turn:turn.example:3478"],"username":"1795309200:7","credential":"x"}])"),
       refusal_frame(id, make_error(ec::forbidden, "this role may not do that here"))}));
}

TEST_CASE_FIXTURE(in_consultation, "golden frames: what devices of a call and the consoles are told of it") {
  const auto desk = console().id;
  at(page).device = device_id{"phone"};
  at(doctor_page).device = device_id{"desk"};
  const room_id room{"r1"};
  int asked = 0;
  const auto say_of_call = [&](const session_id& from, call_command what) {
    shard().send(at(from), command_id{"k" + std::to_string(++asked)}, std::move(what));
    settle();
  };
  say_of_call(doctor_page, {join_call{room}});
  say_of_call(page, {join_call{room}});
  const call_endpoint phone{person_id{"p1"}, device_id{"phone"}};
  say_of_call(doctor_page, {call_signal{room, phone, R"("description":{"type":"offer","sdp":"v=0\r\n"})"}});
  say_of_call(doctor_page, {call_signal{room, phone, R"("candidate":null)"}});
  say_of_call(page, {report_quality{room, call_quality::good, {}, {}}});
  say_of_call(page, {report_quality{room, call_quality::poor, 412, 37}});
  say_of_call(doctor_page, {leave_call{room}});
  const auto told_of = [&](const session_id& who, std::string_view type) {
    std::vector<std::string> texts;
    for (const auto& told : at(who).all(told::what::call))
      if (told.text.starts_with(begin_json_frame(type)))
        texts.push_back(told.text);
    return texts;
  };
  CHECK(is_golden("frames/call.jsonl", told_of(page, "call")));
  CHECK(is_golden("frames/signal.jsonl", told_of(page, "signal")));
  CHECK(is_golden("frames/quality.jsonl", told_of(desk, "quality")));
}

TEST_CASE("golden frames: beat, reconnect, and an error of each code") {
  CHECK(is_golden("frames/beat.jsonl", {beat_frame({2, 45}, simulation_start)}));
  CHECK(is_golden("frames/reconnect.jsonl", {reconnect_frame(5000)}));
  std::vector<std::string> errors;
  for (uint8_t code = 1; code <= static_cast<uint8_t>(last_error_code); ++code)
    errors.push_back(error_frame(make_error(static_cast<ec>(code), "field \"room\": no such visit")));
  CHECK(is_golden("frames/error.jsonl", errors));
}
