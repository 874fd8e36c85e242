#include "actors/frames.hpp"
#include "commands/watch/board_text.hpp"
#include "tests/support/model_clinic.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

constexpr milliseconds hour{3'600'000};

/// The only line that tells of `room`.
std::string line_of(const model_clinic& clinic, timestamp now, const std::string& room) {
  frame_writer writer;
  writer.start(clinic.state);
  live_board board;
  REQUIRE(board.take(boost::json::parse(*writer.snapshot(clinic.state, {audience::staff, {}})).as_object()));
  std::string found;
  for (const auto& line : board_text(board, now))
    if (line.find(room) != std::string::npos)
      found += line;
  return found;
}

} // namespace

TEST_CASE("board text: a time of another day in Japan has its date before it") {
  model_clinic clinic;
  const auto morning = clinic.now;
  clinic.book(room_id{"room-today"});
  clinic.wait(13 * hour);
  clinic.book(room_id{"room-late"});
  clinic.wait(hour);
  clinic.book(room_id{"room-tomorrow"});
  CHECK(line_of(clinic, morning, "room-today").starts_with("  10:00 "));
  CHECK(line_of(clinic, morning, "room-late").starts_with("  23:00 "));
  CHECK(line_of(clinic, morning, "room-tomorrow").starts_with("  04-11 00:00 "));
  CHECK(line_of(clinic, morning + 14 * hour, "room-today").starts_with("  04-10 10:00 "));
  CHECK(line_of(clinic, morning + 14 * hour, "room-tomorrow").starts_with("  00:00 "));
}
