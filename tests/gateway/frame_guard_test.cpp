#include "gateway/codec/frame_guard.hpp"
#include "tests/support/websocket_frames.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace machiai;

namespace {

constexpr std::size_t fragments_max = 1000;

std::string message_in(std::size_t frames) {
  frame_options part;
  part.fin = false;
  auto bytes = client_frame(opcode::text, "", part);
  for (std::size_t i = 2; i < frames; ++i) {
    bytes += client_frame(opcode::continuation, "", part);
    if (i % 100 == 0)
      bytes += client_frame(opcode::ping, "x");
  }
  return bytes + client_frame(opcode::continuation, "a");
}

} // namespace

TEST_CASE("frame guard: a message comes in a bounded number of frames, however empty, with pings between them") {
  for (const std::size_t piece : {1, 7, 100'000}) {
    CAPTURE(piece);
    frame_guard guard(fragments_max);
    const auto scan = [&](const std::string& bytes) {
      for (std::size_t at = 0; at < bytes.size(); at += piece)
        if (guard.scan(std::string_view(bytes).substr(at, piece)) != frame_guard::nothing_wrong)
          return false;
      return true;
    };
    CHECK(scan(message_in(fragments_max)));
    CHECK(scan(message_in(fragments_max)));
    CHECK(guard.what() == frame_guard::fault::none);
    CHECK_FALSE(scan(message_in(fragments_max + 1)));
    CHECK(guard.what() == frame_guard::fault::fragments);
  }
}
