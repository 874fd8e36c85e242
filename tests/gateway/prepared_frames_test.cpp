#include "gateway/codec/websocket_codec.hpp"
#include "tests/support/websocket_frames.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace machiai;

TEST_CASE("codec: prepared frames are whole server frames of every length class") {
  for (const std::size_t length : {0, 125, 126, 65535, 65536}) {
    auto bytes = *prepare_text_frame(std::string(length, 'x'));
    const auto frame = take_server_frame(bytes);
    REQUIRE(frame);
    CHECK(frame->opcode == opcode::text);
    CHECK(frame->fin);
    CHECK(frame->payload.size() == length);
    CHECK(bytes.empty());
  }
  auto ping = *prepare_ping_frame("beat");
  CHECK(take_server_frame(ping)->opcode == opcode::ping);
  CHECK(prepare_ping_frame(std::string(300, 'x'))->size() == 127);
}
