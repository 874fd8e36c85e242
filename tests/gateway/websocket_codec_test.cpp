#include "gateway/codec/websocket_codec.hpp"
#include "tests/support/websocket_frames.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace machiai;

namespace {

/// A codec with what it said, fed whole or byte by byte.
struct fixture : websocket_codec_events {
  explicit fixture(std::size_t limit = 64 * 1024) : codec(*this, limit, 100'000) {}

  void on_codec_write(std::string_view bytes) override { written.append(bytes); }
  void on_codec_text(std::string_view message) override {
    texts.emplace_back(message);
    if (close_on_text)
      codec.close(*close_on_text, "asked");
  }
  void on_codec_binary(std::string_view message) override { binaries.emplace_back(message); }
  bool on_codec_ping(std::string_view payload) override {
    pings.emplace_back(payload);
    return answer_pings;
  }
  void on_codec_pong(std::string_view payload) override { pongs.emplace_back(payload); }
  void on_codec_closed(const closing& how) override {
    ++closes;
    closed = how;
  }

  void feed(std::string_view bytes, bool byte_by_byte = false) {
    if (!byte_by_byte)
      return codec.feed(bytes);
    for (const auto& byte : bytes)
      codec.feed({&byte, 1});
  }
  std::vector<server_frame> frames() const { return server_frames(written); }
  /// The code of the last frame when that is a close frame, else 0.
  uint16_t sent_close_code() const {
    const auto all = frames();
    return all.empty() || all.back().opcode != opcode::close ? 0 : all.back().close_code();
  }

  std::string written;
  std::vector<std::string> texts, binaries, pings, pongs;
  bool answer_pings = true;
  std::optional<uint16_t> close_on_text;
  int closes = 0;
  closing closed;
  websocket_codec codec;
};

/// What is fed and the one close code it must be answered with.
struct failure {
  std::string what;
  std::string bytes;
  uint16_t code;
};

frame_options rsv(uint8_t bits) {
  frame_options options;
  options.rsv = bits;
  return options;
}

frame_options part() {
  frame_options options;
  options.fin = false;
  return options;
}

frame_options with_length(uint8_t code, std::optional<uint64_t> claimed = {}) {
  frame_options options;
  options.length_code = code;
  options.claimed_length = claimed;
  return options;
}

std::vector<failure> framing_failures() {
  frame_options bare;
  bare.masked = false;
  const auto begun = client_frame(opcode::text, "a", part());
  auto top_bit_later = with_length(127, 0xFFFFFFFFFFFFFFFFULL);
  std::vector<failure> all = {
      {"RSV1 on text", client_frame(opcode::text, "a", rsv(4)), 1002},
      {"RSV2 on text", client_frame(opcode::text, "a", rsv(2)), 1002},
      {"RSV3 on text", client_frame(opcode::text, "a", rsv(1)), 1002},
      {"RSV1 on ping", client_frame(opcode::ping, "", rsv(4)), 1002},
      {"RSV2 on close", client_frame(opcode::close, "", rsv(2)), 1002},
      {"all RSV bits", client_frame(opcode::binary, "", rsv(7)), 1002},
      {"ping of 126 bytes", client_frame(opcode::ping, std::string(126, 'p')), 1002},
      {"pong of 126 bytes", client_frame(opcode::pong, std::string(126, 'p')), 1002},
      {"close of 126 bytes", client_frame(opcode::close, "\x03\xE8" + std::string(124, 'r')), 1002},
      {"fragmented ping", client_frame(opcode::ping, "", part()), 1002},
      {"fragmented close", client_frame(opcode::close, "", part()), 1002},
      {"continuation without start", client_frame(opcode::continuation, "a"), 1002},
      {"unfinished continuation without start", client_frame(opcode::continuation, "a", part()), 1002},
      {"text inside a fragmented message", begun + client_frame(opcode::text, "b"), 1002},
      {"binary inside a fragmented message", begun + client_frame(opcode::binary, "b"), 1002},
      {"continuation after the end", begun + client_frame(opcode::continuation, "b") + client_frame(0, "c"), 1002},
      {"unmasked text", client_frame(opcode::text, "a", bare), 1002},
      {"unmasked close", client_frame(opcode::close, "", bare), 1002},
      {"64-bit length with the top bit set", client_frame(opcode::text, "", with_length(127, 1ULL << 63U)), 1002},
      {"64-bit length with the top bit set in a continuation", begun + client_frame(0, "b", top_bit_later), 1002},
      {"16-bit length that is not minimal", client_frame(opcode::text, "abc", with_length(126)), 1002},
      {"64-bit length that is not minimal", client_frame(opcode::text, "abc", with_length(127)), 1002},
      {"16-bit length on a short ping", client_frame(opcode::ping, "abc", with_length(126)), 1002},
      {"huge length", client_frame(opcode::text, "", with_length(127, 1ULL << 62U)), 1009},
      {"message one byte over the limit", client_frame(opcode::text, std::string(65537, 'x')), 1009},
      {"fragments over the limit",
       client_frame(opcode::text, std::string(65000, 'x'), part()) + client_frame(0, std::string(537, 'y')), 1009},
  };
  for (const int code : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    all.push_back({"reserved opcode", client_frame(static_cast<uint8_t>(code), ""), 1002});
  return all;
}

std::vector<failure> payload_failures() {
  std::vector<failure> all = {
      {"overlong two bytes", client_frame(opcode::text, "\xC0\xAF"), 1007},
      {"overlong three bytes", client_frame(opcode::text, "\xE0\x80\xAF"), 1007},
      {"surrogate", client_frame(opcode::text, "\xED\xA0\x80"), 1007},
      {"beyond U+10FFFF", client_frame(opcode::text, "\xF4\x90\x80\x80"), 1007},
      {"byte FF", client_frame(opcode::text, "a\xFF"), 1007},
      {"lone continuation byte", client_frame(opcode::text, "\x80"), 1007},
      {"message ends inside a code point", client_frame(opcode::text, "\xE5\xBE"), 1007},
      {"fragmented message ends inside a code point",
       client_frame(opcode::text, "\xE5", part()) + client_frame(0, "\xBE"), 1007},
      {"invalid in the second fragment", client_frame(opcode::text, "ok", part()) + client_frame(0, "\xFF", part()),
       1007},
      {"close of one byte", client_frame(opcode::close, "\x03"), 1002},
      {"close with a reason that is not UTF-8", close_frame(1000, "\xED\xA0\x80"), 1002},
  };
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    all.push_back({"invalid close code", close_frame(static_cast<uint16_t>(code)), 1002});
  return all;
}

void expect_failures(const std::vector<failure>& table) {
  for (const auto& row : table) {
    for (const bool byte_by_byte : {false, true}) {
      CAPTURE(row.what);
      CAPTURE(byte_by_byte);
      fixture at;
      at.feed(row.bytes, byte_by_byte);
      CHECK(at.sent_close_code() == row.code);
      REQUIRE(at.closes == 1);
      CHECK(at.closed.code == row.code);
      CHECK(at.closed.protocol_failure);
      CHECK_FALSE(at.closed.by_peer);
      const auto written = at.written;
      at.feed(client_frame(opcode::text, "late") + client_frame(opcode::ping, "late"));
      CHECK(at.written == written);
      CHECK(at.closes == 1);
    }
  }
}

} // namespace

TEST_CASE("codec: messages of every length class arrive whole, in any pieces") {
  for (const std::size_t length : {0, 1, 125, 126, 127, 128, 65535, 65536}) {
    for (const bool byte_by_byte : {false, true}) {
      CAPTURE(length);
      fixture at;
      at.feed(client_frame(opcode::text, std::string(length, 't')) +
                  client_frame(opcode::binary, std::string(length, 'b')),
              byte_by_byte);
      CHECK(at.texts == std::vector<std::string>{std::string(length, 't')});
      CHECK(at.binaries == std::vector<std::string>{std::string(length, 'b')});
      CHECK(at.closes == 0);
    }
  }
}

TEST_CASE("codec: a ping of up to 125 bytes is answered with the same payload unless the owner refuses") {
  fixture at;
  at.feed(client_frame(opcode::ping, "") + client_frame(opcode::ping, std::string(125, 'p')));
  const auto frames = at.frames();
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].opcode == opcode::pong);
  CHECK(frames[1].payload == std::string(125, 'p'));
  at.answer_pings = false;
  at.feed(client_frame(opcode::ping, "x"));
  CHECK(at.frames().size() == 2);
}

TEST_CASE("codec: an unsolicited pong is reported and not answered") {
  fixture at;
  at.feed(client_frame(opcode::pong, "beat"));
  CHECK(at.pongs == std::vector<std::string>{"beat"});
  CHECK(at.written.empty());
  CHECK(at.closes == 0);
}

TEST_CASE("codec: control frames between fragments are served and the message stays whole") {
  fixture at;
  at.feed(client_frame(opcode::text, "a\xE5\xBE", part()) + client_frame(opcode::ping, "p") +
              client_frame(0, "\x85", part()) + client_frame(opcode::pong, "q") + client_frame(0, "c"),
          true);
  CHECK(at.texts == std::vector<std::string>{"a\xE5\xBE\x85"
                                             "c"});
  CHECK(at.pings.size() == 1);
  CHECK(at.pongs.size() == 1);
  CHECK(at.frames().size() == 1);
}

TEST_CASE("codec: every framing fault has its one close code") {
  expect_failures(framing_failures());
}

TEST_CASE("codec: every payload and close frame fault has its one close code") {
  expect_failures(payload_failures());
}

TEST_CASE("codec: invalid UTF-8 fails at its first wrong byte, before the frame is complete") {
  fixture at;
  auto frame = client_frame(opcode::text, std::string("ok\xFF") + std::string(100, 'x'));
  at.feed(std::string_view(frame).substr(0, 6 + 3));
  CHECK(at.sent_close_code() == 1007);
}

TEST_CASE("codec: the peer's close is answered with its own code, and data after it is ignored") {
  for (const int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    CAPTURE(code);
    fixture at;
    at.feed(close_frame(static_cast<uint16_t>(code), "bye") + client_frame(opcode::text, "late"));
    CHECK(at.sent_close_code() == code);
    REQUIRE(at.closes == 1);
    CHECK(at.closed.code == code);
    CHECK(at.closed.by_peer);
    CHECK(at.closed.clean);
    CHECK_FALSE(at.closed.protocol_failure);
    CHECK(at.texts.empty());
  }
  fixture at;
  at.feed(client_frame(opcode::close, "\x03\xE8" + std::string(123, 'r')));
  CHECK(at.sent_close_code() == 1000);
}

TEST_CASE("codec: a close without code is answered with 1000 and reported as 1005") {
  fixture at;
  at.feed(client_frame(opcode::close, ""));
  CHECK(at.sent_close_code() == 1000);
  CHECK(at.closed.code == 1005);
  CHECK(at.closed.clean);
}

TEST_CASE("codec: our close waits for the peer's answer and ignores messages meanwhile") {
  fixture at;
  at.codec.close(4001, "elsewhere");
  CHECK_FALSE(at.codec.is_open());
  CHECK(at.sent_close_code() == 4001);
  CHECK(at.frames().back().close_reason() == "elsewhere");
  CHECK(at.closes == 0);
  at.feed(client_frame(opcode::text, "late") + client_frame(opcode::ping, "late") + close_frame(4001));
  CHECK(at.texts.empty());
  REQUIRE(at.closes == 1);
  CHECK(at.closed.code == 4001);
  CHECK(at.closed.clean);
  CHECK_FALSE(at.closed.by_peer);
  CHECK(at.frames().size() == 1);
}

TEST_CASE("codec: a bad close frame behind our own is not answered by a second one") {
  fixture at;
  at.codec.close(4001, "");
  at.feed(close_frame(1005));
  CHECK(at.frames().size() == 1);
  REQUIRE(at.closes == 1);
  CHECK(at.closed.code == 4001);
  CHECK(at.closed.protocol_failure);
}

TEST_CASE("codec: a wrong length while our close waits ends the connection") {
  fixture at;
  at.codec.close(4001, "");
  at.feed(client_frame(opcode::text, "abc", with_length(127)));
  CHECK(at.closes == 1);
  CHECK(at.frames().size() == 1);
}

TEST_CASE("codec: closing from inside a message stops the messages behind it") {
  for (const int code : {1008, 4000}) {
    fixture at;
    at.close_on_text = static_cast<uint16_t>(code);
    at.feed(client_frame(opcode::text, "one") + client_frame(opcode::text, "two"));
    CHECK(at.texts.size() == 1);
    CHECK(at.sent_close_code() == code);
  }
}

TEST_CASE("codec: codes that may not be sent become 1011 and long reasons are cut at a code point") {
  fixture at;
  std::string reason;
  for (int i = 0; i < 42; ++i)
    reason += "\xE5\xBE\x85";
  at.codec.close(1005, reason);
  CHECK(at.sent_close_code() == 1011);
  CHECK(at.frames().back().close_reason() == reason.substr(0, 123));
  fixture other;
  other.codec.close(4000, "a" + reason);
  CHECK(other.frames().back().close_reason() == "a" + reason.substr(0, 120));
}

TEST_CASE("codec: the message limit can be raised while open") {
  fixture at(10);
  at.codec.set_message_bytes_max(20);
  at.feed(client_frame(opcode::text, std::string(20, 'x')));
  CHECK(at.texts.size() == 1);
  at.feed(client_frame(opcode::text, std::string(21, 'x')));
  CHECK(at.sent_close_code() == 1009);
}
