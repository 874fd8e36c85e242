#include "gateway/codec/websocket_codec.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

// websocketpp is not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <websocketpp/close.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/processors/hybi13.hpp>
#pragma GCC diagnostic pop

#include "gateway/codec/frame_guard.hpp"

namespace machiai {

namespace {

namespace ws = websocketpp;

struct codec_config : ws::config::core {
  static bool const enable_extensions = false;
};

using frame_reader = ws::processor::hybi13<codec_config>;
using message_type = codec_config::message_type;

constexpr uint16_t normal = 1000;
constexpr uint16_t no_code = 1005;
constexpr uint16_t internal_error = 1011;
constexpr std::size_t reason_bytes_max = 123;
/// websocketpp takes the mask off in place, so it is given a copy, in pieces of this size.
constexpr std::size_t piece_bytes = 4096;

bool may_be_sent(uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::string shortened(std::string_view reason) {
  if (reason.size() <= reason_bytes_max)
    return std::string(reason);
  auto end = reason_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U)
    --end;
  return std::string(reason.substr(0, end));
}

/// True when the last code point of `text`, which is valid UTF-8 up to there, lacks bytes.
bool ends_inside_code_point(std::string_view text) {
  std::size_t tail = 0;
  while (tail < 3 && tail < text.size() && (static_cast<unsigned char>(text[text.size() - 1 - tail]) & 0xC0U) == 0x80U)
    ++tail;
  if (tail == text.size())
    return false;
  const auto lead = static_cast<unsigned char>(text[text.size() - 1 - tail]);
  const std::size_t follow = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  return tail < follow;
}

/// What makes messages keeps nothing, and the generator is never used, since a server does not mask: one of each for
/// all.
struct shared_parts {
  codec_config::con_msg_manager_type::ptr messages = std::make_shared<codec_config::con_msg_manager_type>();
  codec_config::rng_type numbers;
};

shared_parts& parts() {
  static auto* const instance = new shared_parts;
  return *instance;
}

std::shared_ptr<const std::string> whole_frame(ws::frame::opcode::value opcode, std::string_view payload) {
  const ws::frame::basic_header basic(opcode, payload.size(), true, false);
  const ws::frame::extended_header extended(payload.size());
  auto bytes = std::make_shared<std::string>();
  const auto header = ws::frame::prepare_header(basic, extended);
  bytes->reserve(header.size() + payload.size());
  bytes->append(header).append(payload);
  return bytes;
}

} // namespace

class websocket_codec::implementation {
public:
  using closing = websocket_codec_events::closing;

  implementation(websocket_codec_events& events, std::size_t message_bytes_max, std::size_t fragments_max)
      : events_(events), reader_(false, true, parts().messages, parts().numbers), guard_(fragments_max) {
    reader_.set_max_message_size(message_bytes_max);
  }

  void feed(std::string_view bytes) {
    if (stage_ == stage::over)
      return;
    try {
      const auto bad = guard_.scan(bytes);
      read(bytes.substr(0, bad == frame_guard::nothing_wrong ? bytes.size() : bad));
      if (bad == frame_guard::nothing_wrong || stage_ == stage::over)
        return;
      if (guard_.what() == frame_guard::fault::fragments)
        fail(ws::close::status::message_too_big, "Too many fragments");
      else
        fail(ws::close::status::protocol_error, "Frame length is not allowed");
    } catch (const std::exception&) {
      finish({internal_error, false, false, false});
    }
  }

  void close(uint16_t code, std::string_view reason) {
    if (!is_open())
      return;
    ours_ = may_be_sent(code) ? code : internal_error;
    stage_ = stage::closing;
    write_close(ours_, shortened(reason));
    if (ws::close::status::terminal(ours_))
      finish({ours_, false, false, false});
  }

  bool is_open() const { return stage_ == stage::open; }

  void set_message_bytes_max(std::size_t limit) { reader_.set_max_message_size(limit); }

private:
  /// `closing`: our close is out, the peer's is awaited.
  enum class stage : uint8_t { open, closing, over };

  void read(std::string_view bytes) {
    std::array<uint8_t, piece_bytes> piece;
    while (!bytes.empty() && stage_ != stage::over) {
      const auto size = std::min(bytes.size(), piece.size());
      std::copy_n(bytes.begin(), size, piece.begin());
      bytes.remove_prefix(size);
      consume(piece.data(), size);
    }
  }

  void consume(uint8_t* bytes, std::size_t size) {
    std::size_t used = 0;
    while (used < size && stage_ != stage::over) {
      ws::lib::error_code error;
      used += reader_.consume(bytes + used, size - used, error);
      if (error)
        return fail(ws::processor::error::to_ws(error), error.message());
      if (reader_.ready())
        take(*reader_.get_message());
    }
  }

  void take(const message_type& message) {
    const auto& payload = message.get_payload();
    const auto what = message.get_opcode();
    if (what == ws::frame::opcode::close)
      return take_close(payload);
    // RFC 6455 1.4: after our close only the peer's is of interest.
    if (stage_ != stage::open)
      return;
    if (what == ws::frame::opcode::text)
      return take_text(payload);
    if (what == ws::frame::opcode::binary)
      return events_.on_codec_binary(payload);
    if (what == ws::frame::opcode::pong)
      return events_.on_codec_pong(payload);
    if (events_.on_codec_ping(payload) && is_open())
      events_.on_codec_write(*whole_frame(ws::frame::opcode::pong, payload));
  }

  void take_text(const std::string& payload) {
    // websocketpp checks the end of a text only when its last frame is not a continuation.
    if (ends_inside_code_point(payload))
      return fail(ws::close::status::invalid_payload, "Text ends inside a code point");
    events_.on_codec_text(payload);
  }

  void take_close(const std::string& payload) {
    ws::lib::error_code bad_code;
    ws::lib::error_code bad_reason;
    const auto code = static_cast<uint16_t>(ws::close::extract_code(payload, bad_code));
    const auto reason = ws::close::extract_reason(payload, bad_reason);
    if (bad_code || bad_reason)
      return fail(ws::close::status::protocol_error, bad_code ? "Invalid close code" : "Invalid close reason");
    if (stage_ == stage::closing)
      return finish({ours_, false, true, false});
    write_close(code == no_code ? normal : code, reason);
    finish({code, true, true, false});
  }

  /// The peer broke the protocol or a limit. Once our close is out nothing more may be sent.
  void fail(uint16_t code, const std::string& reason) {
    if (stage_ == stage::closing)
      return finish({ours_, false, false, true});
    write_close(code, reason);
    finish({code, false, false, true});
  }

  void write_close(uint16_t code, const std::string& reason) {
    const char wire[] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    events_.on_codec_write(*whole_frame(ws::frame::opcode::close, std::string(wire, sizeof wire) + reason));
  }

  void finish(const closing& how) {
    if (stage_ == stage::over)
      return;
    stage_ = stage::over;
    events_.on_codec_closed(how);
  }

  websocket_codec_events& events_;
  frame_reader reader_;
  frame_guard guard_;
  stage stage_ = stage::open;
  /// The code of the close that we began.
  uint16_t ours_ = 0;
};

websocket_codec::websocket_codec(websocket_codec_events& events, std::size_t message_bytes_max,
                                 std::size_t fragments_max)
    : implementation_(std::make_unique<implementation>(events, message_bytes_max, fragments_max)) {}

websocket_codec::~websocket_codec() = default;

void websocket_codec::feed(std::string_view bytes) {
  implementation_->feed(bytes);
}

void websocket_codec::close(uint16_t code, std::string_view reason) {
  implementation_->close(code, reason);
}

bool websocket_codec::is_open() const {
  return implementation_->is_open();
}

void websocket_codec::set_message_bytes_max(std::size_t limit) {
  implementation_->set_message_bytes_max(limit);
}

std::shared_ptr<const std::string> prepare_text_frame(std::string_view payload) {
  return whole_frame(ws::frame::opcode::text, payload);
}

std::shared_ptr<const std::string> prepare_ping_frame(std::string_view payload) {
  return whole_frame(ws::frame::opcode::ping, payload.substr(0, ws::frame::limits::payload_size_basic));
}

} // namespace machiai
