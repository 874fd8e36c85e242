#include "gateway/codec/websocket_codec.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

// websocketpp is not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/connection.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/transport/iostream/connection.hpp>
#pragma GCC diagnostic pop

#include "gateway/codec/frame_guard.hpp"

namespace machiai {

namespace {

namespace ws = websocketpp;

/// No locks (one thread owns a connection), no log, no extension. The read buffer is part of every connection, so it is
/// small: longer input passes through it in pieces.
struct codec_config : ws::config::core {
  using type = codec_config;
  using base = ws::config::core;
  using concurrency_type = ws::concurrency::none;
  using elog_type = ws::log::stub;
  using alog_type = ws::log::stub;
  static bool const enable_extensions = false;
  static const size_t connection_read_buffer_size = 256;

  struct transport_config : base::transport_config {
    using concurrency_type = codec_config::concurrency_type;
    using elog_type = codec_config::elog_type;
    using alog_type = codec_config::alog_type;
  };
  using transport_type = ws::transport::iostream::endpoint<transport_config>;
};

using codec_connection = ws::connection<codec_config>;

constexpr uint16_t abnormal = 1006;
constexpr uint16_t internal_error = 1011;
constexpr std::size_t handshake_bytes_max = 16 * 1024;
constexpr std::size_t reason_bytes_max = 123;
/// FIN and the opcode.
constexpr unsigned char close_frame_begin = 0x88;

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

/// The loggers and the generator (never used: a server does not mask) outlive every connection.
struct shared_parts {
  std::shared_ptr<ws::log::stub> log = std::make_shared<ws::log::stub>();
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
      : events_(&events), guard_(fragments_max) {
    auto& shared = parts();
    connection_ = std::make_shared<codec_connection>(true, std::string(), shared.log, shared.log, shared.numbers);
    connection_->set_max_message_size(message_bytes_max);
    set_transport_handlers();
    set_protocol_handlers();
  }

  ~implementation() {
    events_ = nullptr;
    // During the handshake the connection's pending read owns the connection itself.
    connection_->eof();
  }

  void feed(std::string_view bytes) {
    try {
      if (stage_ == stage::handshake)
        bytes.remove_prefix(take_handshake(bytes));
      if (stage_ == stage::frames)
        take_frames(bytes);
    } catch (const std::exception&) {
      finish({internal_error, false, false, false, 0});
    }
  }

  void close(uint16_t code, std::string_view reason) {
    if (!is_open())
      return;
    ours_ = may_be_sent(code) ? code : internal_error;
    ws::lib::error_code ignored;
    connection_->close(*ours_, shortened(reason), ignored);
  }

  bool is_open() const { return stage_ == stage::frames && connection_->get_state() == ws::session::state::open; }

  void set_message_bytes_max(std::size_t limit) { connection_->set_max_message_size(limit); }

private:
  enum class stage : uint8_t { handshake, frames, over };

  void set_transport_handlers() {
    connection_->set_write_handler([this](const ws::connection_hdl&, const char* data, std::size_t size) {
      write({data, size});
      return ws::lib::error_code();
    });
    connection_->set_vector_write_handler(
        [this](const ws::connection_hdl&, const std::vector<ws::transport::buffer>& buffers) {
          std::string joined;
          for (const auto& buffer : buffers)
            joined.append(buffer.buf, buffer.len);
          write(joined);
          return ws::lib::error_code();
        });
  }

  void set_protocol_handlers() {
    connection_->set_validate_handler([this](const ws::connection_hdl&) { return accept(); });
    connection_->set_open_handler([this](const ws::connection_hdl&) {
      stage_ = stage::frames;
      if (events_)
        events_->on_codec_open();
    });
    connection_->set_message_handler(
        [this](const ws::connection_hdl&, const codec_connection::message_ptr& message) { take_message(*message); });
    connection_->set_ping_handler([this](const ws::connection_hdl&, const std::string& payload) {
      return events_ && stage_ == stage::frames && events_->on_codec_ping(payload);
    });
    connection_->set_pong_handler([this](const ws::connection_hdl&, const std::string& payload) {
      if (events_ && stage_ == stage::frames)
        events_->on_codec_pong(payload);
    });
    connection_->set_close_handler([this](const ws::connection_hdl&) { report_close(); });
    connection_->set_fail_handler([this](const ws::connection_hdl&) {
      closing how;
      how.refused_status = static_cast<uint16_t>(connection_->get_response_code());
      finish(how);
    });
  }

  void take_message(const codec_config::message_type& message) {
    if (!events_ || stage_ != stage::frames)
      return;
    const auto& payload = message.get_payload();
    if (message.get_opcode() != ws::frame::opcode::text)
      return events_->on_codec_binary(payload);
    // websocketpp checks the end of a text only when its last frame is not a continuation.
    if (!ends_inside_code_point(payload))
      return events_->on_codec_text(payload);
    ws::lib::error_code ignored;
    connection_->close(ws::close::status::invalid_payload, "Text ends inside a code point", ignored);
  }

  /// Collects the request and hands it over whole, so that its end, and so the first frame's begin, is known for
  /// certain. Returns how many of the bytes belong to it.
  std::size_t take_handshake(std::string_view bytes) {
    const auto known = request_.size();
    request_.append(bytes);
    const auto end = request_.find("\r\n\r\n", known < 3 ? 0 : known - 3);
    if (end == std::string::npos) {
      if (request_.size() > handshake_bytes_max)
        refuse(431, "Request Header Fields Too Large");
      return bytes.size();
    }
    const auto used = end + 4 - known;
    const std::string request(request_, 0, end + 4);
    std::string().swap(request_);
    connection_->start();
    connection_->read_all(request.data(), request.size());
    if (stage_ == stage::handshake)
      refuse(400, "Bad Request");
    forget_handshake();
    return used;
  }

  /// websocketpp keeps both sides' headers for as long as the connection lives, a quarter of all its memory; nobody
  /// asks for them any more. It has no other way to let go of them.
  void forget_handshake() {
    if (stage_ != stage::frames)
      return;
    const_cast<codec_config::request_type&>(connection_->get_request()) = {};
    const_cast<codec_config::response_type&>(connection_->get_response()) = {};
  }

  /// For requests that websocketpp would not answer itself.
  void refuse(uint16_t status, std::string_view words) {
    write("HTTP/1.1 " + std::to_string(status) + ' ' + std::string(words) +
          "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    closing how;
    how.refused_status = status;
    finish(how);
  }

  bool accept() {
    connection_->append_header("Connection", "close");
    if (connection_->get_request_header("Sec-WebSocket-Version") != "13") {
      connection_->set_status(ws::http::status_code::upgrade_required);
      connection_->append_header("Sec-WebSocket-Version", "13");
      return false;
    }
    const auto& offered = connection_->get_requested_subprotocols();
    if (std::find(offered.begin(), offered.end(), websocket_subprotocol) == offered.end())
      return false;
    connection_->remove_header("Connection");
    ws::lib::error_code ignored;
    connection_->select_subprotocol(std::string(websocket_subprotocol), ignored);
    return true;
  }

  void take_frames(std::string_view bytes) {
    const auto bad = guard_.scan(bytes);
    const auto good = bytes.substr(0, bad == frame_guard::nothing_wrong ? bytes.size() : bad);
    connection_->read_all(good.data(), good.size());
    if (bad == frame_guard::nothing_wrong || stage_ != stage::frames)
      return;
    guard_tripped_ = true;
    ws::lib::error_code error;
    if (guard_.what() == frame_guard::fault::fragments)
      connection_->close(ws::close::status::message_too_big, "Too many fragments", error);
    else
      connection_->close(ws::close::status::protocol_error, "Frame length is not allowed", error);
    // While our own close waits for its answer no second close frame can be sent.
    if (error)
      finish({local_code(), false, false, true, 0});
  }

  void report_close() {
    closing how;
    const auto remote = connection_->get_remote_close_code();
    const auto& reason = connection_->get_local_close_reason();
    const bool bad_close_frame = reason == "Invalid close code" || reason == "Invalid close reason";
    const bool answered = remote != abnormal && !bad_close_frame;
    how.protocol_failure = guard_tripped_ || bad_close_frame || (!ours_ && !answered);
    how.by_peer = answered && !ours_;
    how.clean = answered;
    how.code = how.by_peer ? static_cast<uint16_t>(remote) : local_code();
    finish(how);
  }

  uint16_t local_code() const { return ours_.value_or(static_cast<uint16_t>(connection_->get_local_close_code())); }

  void write(std::string_view bytes) {
    // websocketpp answers a bad close frame by one of its own even when ours is out.
    if (!events_ || stage_ == stage::over || close_written_)
      return;
    close_written_ = stage_ == stage::frames && static_cast<unsigned char>(bytes.front()) == close_frame_begin;
    events_->on_codec_write(bytes);
  }

  void finish(const closing& how) {
    if (stage_ == stage::over)
      return;
    stage_ = stage::over;
    if (events_)
      events_->on_codec_closed(how);
  }

  websocket_codec_events* events_;
  std::shared_ptr<codec_connection> connection_;
  /// The upgrade request while it is incomplete.
  std::string request_;
  frame_guard guard_;
  stage stage_ = stage::handshake;
  /// The code of the close that we began.
  std::optional<uint16_t> ours_;
  bool close_written_ = false;
  bool guard_tripped_ = false;
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
