#pragma once

#include "gateway/codec/websocket_codec.hpp"
#include "gateway/connection_host.hpp"
#include "gateway/connection_limits.hpp"
#include "gateway/connection_services.hpp"
#include "gateway/http_stage.hpp"
#include "gateway/io_shard.hpp"
#include "gateway/send_queue.hpp"
#include "gateway/stream.hpp"
#include "gateway/timing_wheel.hpp"
#include "gateway/token_bucket.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace machiai {

/// One accepted socket from its first byte to its last: HTTP, then perhaps WebSocket, then the polite end. Lives on its
/// shard's thread; the shard's table and pending waits own it.
///
///     http ──upgrade──▶ websocket ──close──▶ ending ──flushed──▶ lingering ──▶ dead
///      └────────── answered, refused, timed out ──▶┘      (send side shut, reads thrown away)
class connection final : public std::enable_shared_from_this<connection>,
                         private wheel_timer,
                         private websocket_codec_events {
public:
  struct origin {
    connection_id id = 0;
    listener_role role = listener_role::clients;
    std::string remote_address;
    /// Counts the connection against the limits; empty for refusals.
    connection_limits::slot slot;
  };

  connection(connection_services& services, byte_stream stream, origin from);
  ~connection() override;

  /// Begins to read requests.
  void start();
  /// Only says `response` and ends; for connections above the limits.
  void start_refused(const http_response& response);

  connection_id id() const { return from_.id; }
  listener_role role() const { return from_.role; }
  bool was_refused() const { return refused_; }
  bool is_open_websocket() const { return stage_ == stage::websocket && codec_->is_open(); }
  connection_state state() const;

  // See `io_shard`.
  bool send(outgoing_frame frame);
  bool respond(const http_response& response);
  bool mark_ready();
  bool close(uint16_t code, std::string_view reason);
  void terminate();

  /// Writes what is pending; called by the shard at the end of a loop turn.
  void flush();
  /// True when the shard does not have the connection on its list for this turn yet; from then on it has.
  bool enlist_for_flush() { return !std::exchange(flush_enlisted_, true); }
  /// Closes the socket without a word to the host: the shard ends.
  void abandon();

private:
  enum class stage : uint8_t { http, websocket, ending, lingering, dead };
  /// What the one running deadline is for.
  enum class deadline : uint8_t { none, header, body, keep_alive, response, hello, close, linger };

  void wait_readable();
  void wait_writable();
  void on_readable();
  void on_writable();
  void resume_reading();
  bool wants_to_read() const;
  void take_bytes(std::string_view bytes);
  void peer_finished();
  void broken();
  bool can_serve() const;
  /// How long a response may take is for its reader to say, as long as it reads: `watch_stall` sees to that.
  bool sends_response() const;
  void serve_http();
  void await_more_http();
  void take_request();
  void refuse_http(const http_response& response);
  void queue_response(const http_response& response, bool keep_alive, bool head);
  void upgrade();
  void begin_websocket(const http_request& upgrade);
  void on_codec_write(std::string_view bytes) override;
  void on_codec_text(std::string_view message) override;
  void on_codec_binary(std::string_view message) override;
  bool on_codec_ping(std::string_view payload) override;
  void on_codec_pong(std::string_view payload) override;
  void on_codec_closed(const closing& how) override;
  void note_proof();
  void fault(transport_fault what);
  void report_close(const close_info& how);
  void push_control(std::string bytes);
  void write_pending();
  void note_written(const io_result& result, std::size_t offered);
  void after_write();
  void begin_ending();
  void begin_lingering();
  void finish(bool abort);
  void on_timer(int64_t now_ms) override;
  void set_deadline(deadline what, int64_t after_ms);
  void rearm();
  void on_deadline(deadline what);
  void watch_stall(int64_t now_ms);
  void watch_silence(int64_t now_ms);
  void beat(int64_t now_ms);

  connection_services& services_;
  byte_stream stream_;
  origin from_;
  send_queue queue_;
  std::unique_ptr<http_stage> http_;
  std::unique_ptr<websocket_codec> codec_;

  int64_t deadline_ms_ = 0;
  int64_t beat_ms_ = 0;
  int64_t ping_sent_ms_ = 0;
  int64_t last_proof_ms_ = 0;
  int64_t blocked_since_ms_ = 0;
  token_bucket messages_;
  token_bucket pings_;
  /// The code we sent, for the case that nobody answers.
  uint16_t close_code_ = 1006;
  stage stage_ = stage::http;
  deadline deadline_ = deadline::none;
  bool opened_ = false;
  bool ready_ = false;
  bool silent_ = false;
  bool awaiting_proof_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool read_finished_ = false;
  bool refused_ = false;
  bool hopeless_ = false;
  bool flush_enlisted_ = false;
};

} // namespace machiai
