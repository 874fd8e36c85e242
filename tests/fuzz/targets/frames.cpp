#include "config/error.hpp"
#include "config/settings.hpp"
#include "gateway/codec/websocket_codec.hpp"
#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/utf8.hpp"
#include "tests/support/websocket_frames.hpp"

#include <string>

namespace machiai::fuzz {

namespace {

constexpr std::size_t fragments_max = 6;

/// What the first byte chooses.
struct choices {
  explicit choices(uint8_t byte)
      : answers_pings((byte & 2U) == 0), closes_waiting((byte & 4U) != 0), closes_at_once((byte & 8U) != 0),
        raises_limit((byte & 16U) != 0) {
    if ((byte & 32U) == 0)
      return;
    const connection_settings engine;
    message_bytes_first = engine.hello_bytes_max;
    message_bytes_later = engine.message_bytes_max;
  }

  bool answers_pings;
  /// Closes from inside the first message, with a code that waits for the peer's answer, or one that does not.
  bool closes_waiting;
  bool closes_at_once;
  bool raises_limit;
  /// Small ones are reached often; the engine's own need lengths of every form.
  std::size_t message_bytes_first = 300;
  std::size_t message_bytes_later = 600;
};

/// A codec and the story of all it said, in order.
class listener : public websocket_codec_events {
public:
  explicit listener(const choices& given) : given_(given), codec(*this, given.message_bytes_first, fragments_max) {}

  void on_codec_write(std::string_view bytes) override {
    tell("write", bytes);
    written.append(bytes);
  }

  void on_codec_text(std::string_view message) override {
    must(message.size() <= bytes_max(), "longer than the limit");
    must(is_utf8(message), "a text that is not UTF-8");
    tell("text", message);
    auto echo = *prepare_text_frame(message);
    const auto back = take_server_frame(echo);
    must(back && echo.empty() && back->opcode == opcode::text && back->payload == message,
         "a prepared frame holds something else");
    if (given_.raises_limit)
      codec.set_message_bytes_max(given_.message_bytes_later);
    raised_ = raised_ || given_.raises_limit;
    if (given_.closes_waiting || given_.closes_at_once)
      codec.close(given_.closes_waiting ? 4000 : 1008, message);
  }

  void on_codec_binary(std::string_view message) override {
    must(message.size() <= bytes_max(), "longer than the limit");
    tell("binary", message);
  }

  bool on_codec_ping(std::string_view payload) override {
    must(payload.size() <= 125, "a ping longer than RFC 6455 allows");
    tell("ping", payload);
    return given_.answers_pings;
  }

  void on_codec_pong(std::string_view payload) override {
    must(payload.size() <= 125, "a pong longer than RFC 6455 allows");
    tell("pong", payload);
  }

  void on_codec_closed(const closing& how) override {
    tell("closed", std::to_string(how.code) + (how.by_peer ? " by peer" : "") + (how.clean ? " clean" : "") +
                       (how.protocol_failure ? " failure" : ""));
    closed_ = true;
  }

  /// The codec takes an exception for a defect of its own and goes on, so what is wrong is kept until here.
  void check() const { invariant(wrong_.empty(), wrong_.c_str()); }

  std::string story, written;

private:
  std::size_t bytes_max() const { return raised_ ? given_.message_bytes_later : given_.message_bytes_first; }

  void must(bool holds, const char* otherwise) {
    if (!holds && wrong_.empty())
      wrong_ = otherwise;
  }

  void tell(std::string_view what, std::string_view payload) {
    must(!closed_, "something after the last call");
    story.append(what).append(1, ' ').append(std::to_string(payload.size())).append(1, ' ');
    story.append(payload).append(1, '\n');
  }

  choices given_;
  std::string wrong_;
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
  whole.check();
  cut.check();
  check_written(whole.written);
  invariant(whole.story == cut.story, "the pieces in which bytes come make a difference");
  invariant(whole.codec.is_open() == cut.codec.is_open(), "the pieces decide whether the connection lives");
}

} // namespace machiai::fuzz
