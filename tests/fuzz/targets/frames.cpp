#include "config/error.hpp"
#include "gateway/codec/websocket_codec.hpp"
#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/utf8.hpp"
#include "tests/support/websocket_frames.hpp"

#include <string>

namespace machiai::fuzz {

namespace {

constexpr std::size_t message_bytes_first = 300;
constexpr std::size_t message_bytes_later = 600;
constexpr std::size_t fragments_max = 6;

/// What the first byte chooses.
struct choices {
  explicit choices(uint8_t byte)
      : answers_pings((byte & 2U) == 0), closes_waiting((byte & 4U) != 0), closes_at_once((byte & 8U) != 0),
        raises_limit((byte & 16U) != 0) {}

  bool answers_pings;
  /// Closes from inside the first message, with a code that waits for the peer's answer, or one that does not.
  bool closes_waiting;
  bool closes_at_once;
  bool raises_limit;
};

/// A codec and the story of all it said, in order.
class listener : public websocket_codec_events {
public:
  explicit listener(const choices& given) : given_(given), codec(*this, message_bytes_first, fragments_max) {}

  void on_codec_write(std::string_view bytes) override {
    tell("write", bytes);
    written.append(bytes);
  }

  void on_codec_text(std::string_view message) override {
    invariant(message.size() <= (raised_ ? message_bytes_later : message_bytes_first), "longer than the limit");
    invariant(is_utf8(message), "a text that is not UTF-8");
    tell("text", message);
    auto echo = *prepare_text_frame(message);
    const auto back = take_server_frame(echo);
    invariant(back && echo.empty() && back->opcode == opcode::text && back->payload == message,
              "a prepared frame holds something else");
    if (given_.raises_limit)
      codec.set_message_bytes_max(message_bytes_later);
    raised_ = raised_ || given_.raises_limit;
    if (given_.closes_waiting || given_.closes_at_once)
      codec.close(given_.closes_waiting ? 4000 : 1008, message);
  }

  void on_codec_binary(std::string_view message) override {
    invariant(message.size() <= (raised_ ? message_bytes_later : message_bytes_first), "longer than the limit");
    tell("binary", message);
  }

  bool on_codec_ping(std::string_view payload) override {
    invariant(payload.size() <= 125, "a ping longer than RFC 6455 allows");
    tell("ping", payload);
    return given_.answers_pings;
  }

  void on_codec_pong(std::string_view payload) override {
    invariant(payload.size() <= 125, "a pong longer than RFC 6455 allows");
    tell("pong", payload);
  }

  void on_codec_closed(const closing& how) override {
    tell("closed", std::to_string(how.code) + (how.by_peer ? " by peer" : "") + (how.clean ? " clean" : "") +
                       (how.protocol_failure ? " failure" : ""));
    closed_ = true;
  }

  std::string story, written;

private:
  void tell(std::string_view what, std::string_view payload) {
    invariant(!closed_, "something after the last call");
    story.append(what).append(1, ' ').append(std::to_string(payload.size())).append(1, ' ');
    story.append(payload).append(1, '\n');
  }

  choices given_;
  bool raised_ = false;
  bool closed_ = false;

public:
  websocket_codec codec;
};

/// What was written is whole frames, and nothing follows a close frame.
void check_written(std::string written) {
  bool closed = false;
  while (!written.empty()) {
    const auto frame = take_server_frame(written);
    invariant(frame && frame->fin && !closed, "half a frame, or one behind a close frame");
    closed = frame->opcode == opcode::close;
    if (closed)
      invariant(is_utf8(frame->close_reason()), "a close reason that is not UTF-8");
  }
}

} // namespace

void frames(std::string_view input) {
  const choices given(take_byte(input));
  const auto seed = take_byte(input);
  listener whole(given);
  listener cut(given);
  whole.codec.feed(input);
  in_pieces(input, seed, [&](std::string_view piece) { cut.codec.feed(piece); });
  check_written(whole.written);
  invariant(whole.story == cut.story, "the pieces in which bytes come make a difference");
  invariant(whole.codec.is_open() == cut.codec.is_open(), "the pieces decide whether the connection lives");
}

} // namespace machiai::fuzz
