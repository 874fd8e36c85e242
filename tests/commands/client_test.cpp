#include "commands/client/server_address.hpp"
#include "commands/japanese_names.hpp"
#include "commands/watch/board_text.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <set>

using namespace machiai;

namespace {

/// The board's text with single blanks.
std::string shown(const live_board& board, timestamp now) {
  std::string text;
  for (const auto& line : board_text(board, now))
    for (const auto letter : line + '\n')
      if (letter != ' ' || text.back() != ' ')
        text += letter;
  return text;
}

boost::json::object frame(const char* text) {
  return boost::json::parse(text).as_object();
}

constexpr const char* board_frame =
    R"({"type":"board","epoch":1,"seq":5,"at":"2026-11-22T01:00:00.000Z","clinic":{"name":"C"},"doctors":[],"cards":[
{"room":"r1","phase":"waiting","starts_at":"2026-11-22T01:00:00.000Z","duration_min":15,"menu":"","is_test":false,
"locked":true,"patients":[{"patient":"p1","name":"\u68ee","kana":"","chart_number":"","card_registered":false}],
"doctors":[],"participants":[{"person":"p1","party":"patient","display_name":"\u68ee","whereabouts":"waiting",
"unstable":true,"admitted":false,"removed":false,"attentive":false,"first_arrived_at":"2026-11-22T00:55:00.000Z"}],
"invitations":[],"place_in_line":1,"meter":{"doctor_in_room_ms":0,"running":false,"units":0,
"additional_participants":0,"total_yen_ex_tax":0},"bill_revision":0,"news":"of a later version"}]})";

constexpr const char* event_frame =
    R"({"type":"event","name":"room.participant_entered","epoch":1,"seq":6,"at":"2026-11-22T01:00:00.000Z",
"subject":"d1","by":{"role":"doctor","id":"d1"},"key":"room:r1","card":{"room":"r1","phase":"in_consultation",
"starts_at":"2026-11-22T01:00:00.000Z","duration_min":15,"menu":"","is_test":false,"locked":false,"patients":[],
"doctors":[],"participants":[],"invitations":[],"meter":{"doctor_in_room_ms":1740000,"running":true,"units":1,
"additional_participants":1,"total_yen_ex_tax":150},"bill_revision":0}})";

} // namespace

TEST_CASE("client: all four schemes name the same server, and ports have their defaults") {
  for (const auto* url : {"http://a:81", "ws://a:81", "ws://a:81/ws", "http://a:81/"})
    CHECK(*parse_server_address(url) == server_address{false, "a", "81"});
  CHECK(*parse_server_address("wss://a.b") == server_address{true, "a.b", "443"});
  CHECK(*parse_server_address("https://[::1]:8443") == server_address{true, "::1", "8443"});
  CHECK(authority_of({true, "::1", "8443"}) == "[::1]:8443");
  for (const auto* url : {"", "a:81", "ftp://a", "http://", "http://u:p@a", "http://a/x", "http://a?t=1", "http://a:x"})
    CHECK_FALSE(parse_server_address(url));
}

TEST_CASE("watch: a waiting patient stands with place, wait, doubt and hidden page under its state") {
  live_board board;
  REQUIRE(board.take(frame(board_frame)));
  const auto text = shown(board, timestamp{1795309500000});
  CHECK(text.find("【待機中】1件") != std::string::npos);
  CHECK(text.find("患者 森 待合 [不安定] [画面非表示]") != std::string::npos);
  CHECK(text.find("施錠") != std::string::npos);
  CHECK(text.find("10分") != std::string::npos);
}

TEST_CASE("watch: time, units and price of a running consultation go on between frames") {
  live_board board;
  REQUIRE(board.take(frame(board_frame)));
  REQUIRE(board.take(frame(event_frame)));
  const auto at = board.at();
  CHECK(shown(board, at).find("29:00 1 150円") != std::string::npos);
  CHECK(shown(board, at + milliseconds{60'000}).find("30:00 1 150円") != std::string::npos);
  CHECK(shown(board, at + milliseconds{60'001}).find("30:00 2 300円") != std::string::npos);
}

TEST_CASE("watch: minutes become hours and days when they are many") {
  live_board board;
  auto scheduled = frame(board_frame);
  scheduled["cards"].as_array()[0].as_object()["phase"] = "scheduled";
  REQUIRE(board.take(scheduled));
  const timestamp starts_at{1795309200000};
  constexpr milliseconds minute{60'000};
  CHECK(shown(board, starts_at - 59 * minute).find("あと59分 ") != std::string::npos);
  CHECK(shown(board, starts_at - 60 * minute).find("あと1時間 ") != std::string::npos);
  CHECK(shown(board, starts_at - 125 * minute).find("あと2時間5分 ") != std::string::npos);
  CHECK(shown(board, starts_at - 2880 * minute).find("あと2日 ") != std::string::npos);
  CHECK(shown(board, starts_at + 118 * minute).find("1時間58分遅れ") != std::string::npos);
}

TEST_CASE("watch: a room that was archived goes off the board") {
  live_board board;
  REQUIRE(board.take(frame(board_frame)));
  REQUIRE(board.take(frame(R"({"type":"event","name":"room.archived","epoch":1,"seq":7,
"at":"2026-11-22T01:00:00.000Z","key":"room:r1","card":null})")));
  CHECK(board.cards().empty());
}

TEST_CASE("watch: a line is cut between characters, by the columns they take") {
  CHECK(cut_to_width("待合室", 5) == "待合");
  CHECK(cut_to_width("待合室", 6) == "待合室");
  CHECK(cut_to_width("a待", 2) == "a");
}

TEST_CASE("demo: made-up names do not repeat soon") {
  std::set<std::string> names;
  for (uint64_t i = 0; i < 783; ++i)
    names.insert(made_up_name(i).name);
  CHECK(names.size() == 783);
}
