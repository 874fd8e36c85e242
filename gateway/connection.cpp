#include "gateway/connection.hpp"

#include <array>
#include <utility>

namespace machiai {

namespace {

/// One write's worth: more pieces or bytes would only fill the kernel's queue, less would waste calls.
constexpr std::size_t write_parts_max = 256;
constexpr std::size_t write_bytes_max = 64 * 1024;

} // namespace

connection::connection(connection_services& services, byte_stream stream, origin from)
    : services_(services), stream_(std::move(stream)), from_(std::move(from)), queue_(services.limits),
      messages_(services.settings->messages_burst, io_shard::now_ms()),
      pings_(services.settings->pings_burst, io_shard::now_ms()) {}

connection::~connection() = default;

void connection::start() {
  const auto& settings = *services_.settings;
  http_ = std::make_unique<http_stage>(http_limits{settings.http_header_bytes_max, settings.http_body_bytes_max},
                                       token_bucket{settings.http_requests_burst, io_shard::now_ms()});
  set_deadline(deadline::header, settings.handshake_timeout_ms);
  wait_readable();
}

void connection::start_refused(const http_response& response) {
  refused_ = true;
  push_control(serialize(response, false, false));
  begin_ending();
}

connection_state connection::state() const {
  connection_state now;
  now.websocket = stage_ == stage::websocket;
  now.ready = ready_;
  now.silent = silent_;
  now.last_proof_ms = last_proof_ms_;
  now.pending_bytes = queue_.bytes();
  now.bytes_handed_over = queue_.bytes_handed_over();
  return now;
}

void connection::terminate() {
  report_close({});
  finish(true);
}

void connection::abandon() {
  opened_ = false;
  stage_ = stage::dead;
  stream_.close(false);
}

void connection::wait_readable() {
  if (reading_ || stage_ == stage::dead)
    return;
  reading_ = true;
  stream_.async_wait_readable([self = shared_from_this()](const boost::system::error_code& error) {
    self->reading_ = false;
    if (self->stage_ != stage::dead)
      error ? self->broken() : self->on_readable();
  });
}

void connection::wait_writable() {
  if (writing_ || stage_ == stage::dead)
    return;
  writing_ = true;
  stream_.async_wait_writable([self = shared_from_this()](const boost::system::error_code& error) {
    self->writing_ = false;
    if (self->stage_ != stage::dead)
      error ? self->broken() : self->on_writable();
  });
}

bool connection::wants_to_read() const {
  if (stage_ == stage::dead || read_finished_)
    return false;
  return stage_ != stage::http || can_serve();
}

void connection::on_readable() {
  do {
    const auto result = stream_.read(services_.read_buffer);
    if (result.what == io_result::status::finished)
      return peer_finished();
    if (result.what == io_result::status::failed)
      return broken();
    if (result.what == io_result::status::would_block) {
      if (stream_.needs_writability())
        wait_writable();
      break;
    }
    take_bytes({services_.read_buffer.data(), result.bytes});
  } while (wants_to_read() && stream_.has_buffered());
  if (wants_to_read())
    wait_readable();
}

void connection::on_writable() {
  if (stream_.needs_writability() && !stream_.has_unsent() && !reading_)
    on_readable();
  if (stage_ != stage::dead)
    write_pending();
}

void connection::resume_reading() {
  if (!wants_to_read() || reading_)
    return;
  if (stream_.has_buffered())
    on_readable();
  else
    wait_readable();
}

void connection::take_bytes(std::string_view bytes) {
  services_.observer->bytes_in(bytes.size());
  if (stage_ == stage::http) {
    http_->reader.feed(bytes);
    serve_http();
  } else if (stage_ == stage::websocket) {
    note_proof();
    if (stage_ == stage::websocket)
      codec_->feed(bytes);
  }
}

void connection::peer_finished() {
  read_finished_ = true;
  switch (stage_) {
  case stage::http:
    // A client may shut its sending side and still wait for the answer.
    if (!http_->awaiting)
      await_more_http();
    break;
  case stage::ending:
    break;
  default:
    broken();
  }
}

void connection::broken() {
  if (!stream_.established())
    services_.observer->tls_handshake_failed();
  finish(false);
}

void connection::push_control(std::string bytes) {
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  if (queue_.push({std::move(shared), 0, frame_kind::control}) == send_queue::push_result::refused)
    hopeless_ = true;
  services_.request_flush(*this);
}

void connection::flush() {
  flush_enlisted_ = false;
  if (stage_ == stage::dead)
    return;
  if (hopeless_)
    return broken();
  write_pending();
  if (can_serve()) {
    serve_http();
    resume_reading();
  }
}

void connection::write_pending() {
  if (writing_)
    return;
  if (queue_.empty() && !stream_.has_unsent())
    return after_write();
  std::array<iovec, write_parts_max> parts; // NOLINT(cppcoreguidelines-pro-type-member-init): gather fills it
  const auto count = queue_.gather(parts, write_bytes_max);
  std::size_t offered = 0;
  for (std::size_t i = 0; i < count; ++i)
    offered += parts[i].iov_len;
  note_written(stream_.write({parts.data(), count}), offered);
}

void connection::note_written(const io_result& result, std::size_t offered) {
  if (result.what == io_result::status::failed || result.what == io_result::status::finished)
    return broken();
  if (result.bytes > 0)
    services_.observer->bytes_out(result.bytes, queue_.consume(result.bytes));
  const bool blocked = result.what == io_result::status::would_block || result.bytes < offered || stream_.has_unsent();
  if (blocked) {
    if (result.bytes > 0 || blocked_since_ms_ == 0) {
      blocked_since_ms_ = io_shard::now_ms();
      rearm();
    }
    return wait_writable();
  }
  blocked_since_ms_ = 0;
  if (queue_.empty())
    after_write();
  else
    services_.request_flush(*this);
}

void connection::after_write() {
  blocked_since_ms_ = 0;
  if (queue_.take_drained() && opened_ && is_open_websocket())
    services_.host->on_drained_after_overflow(id());
  if (stage_ == stage::ending && queue_.empty() && !stream_.has_unsent())
    begin_lingering();
  else if (can_serve() && !reading_)
    services_.request_flush(*this);
}

void connection::begin_ending() {
  if (stage_ == stage::dead || stage_ == stage::lingering)
    return;
  stage_ = stage::ending;
  set_deadline(deadline::close, services_.settings->close_timeout_ms);
  services_.request_flush(*this);
}

void connection::begin_lingering() {
  if (read_finished_)
    return finish(false);
  // Closing with unread bytes would reset the connection and could take our last words with it.
  stage_ = stage::lingering;
  stream_.shutdown_send();
  set_deadline(deadline::linger, services_.settings->close_timeout_ms);
  resume_reading();
}

void connection::finish(bool abort) {
  if (stage_ == stage::dead)
    return;
  stage_ = stage::dead;
  close_info how;
  how.code = close_code_;
  report_close(how);
  stream_.close(abort);
  services_.retire(*this);
}

} // namespace machiai
