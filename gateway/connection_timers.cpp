#include "gateway/connection.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace machiai {

namespace {

/// The same for every connection, so built once.
const std::shared_ptr<const std::string>& ping_frame() {
  static const auto frame = prepare_ping_frame("");
  return frame;
}

} // namespace

void connection::set_deadline(deadline what, int64_t after_ms) {
  deadline_ = what;
  deadline_ms_ = io_shard::now_ms() + after_ms;
  rearm();
}

/// One wheel timer serves all clocks of a connection: it wakes for the earliest and looks at each.
void connection::rearm() {
  constexpr auto never = std::numeric_limits<int64_t>::max();
  const auto& settings = *services_.settings;
  auto due = deadline_ == deadline::none ? never : deadline_ms_;
  if (blocked_since_ms_ != 0)
    due = std::min(due, blocked_since_ms_ + settings.send_stall_timeout_ms);
  if (opened_) {
    due = std::min(due, beat_ms_);
    if (awaiting_proof_) {
      const auto patience =
          silent_ ? settings.dead_after_ms : std::min(settings.doubt_after_ms, settings.dead_after_ms);
      due = std::min(due, ping_sent_ms_ + patience);
    }
  }
  if (due != never)
    services_.arm(*this, due);
}

void connection::on_timer(int64_t now_ms) {
  const auto self = shared_from_this();
  if (stage_ == stage::dead)
    return;
  if (deadline_ != deadline::none && now_ms >= deadline_ms_)
    on_deadline(std::exchange(deadline_, deadline::none));
  watch_stall(now_ms);
  watch_silence(now_ms);
  beat(now_ms);
  if (stage_ != stage::dead)
    rearm();
}

void connection::on_deadline(deadline what) {
  switch (what) {
  case deadline::header:
    if (http_->reader.between_requests())
      return finish(false);
    return refuse_http(problem_response(408, ec::timed_out, "The request's headers did not come in time."));
  case deadline::body:
    return refuse_http(problem_response(408, ec::timed_out, "The request's body did not come in time."));
  case deadline::response: {
    // The answer may still come; on a connection that is over it cannot be taken for that of a later request.
    auto late = problem_response(503, ec::timed_out, "The engine did not answer in time; repeat the request.");
    late.close = true;
    respond(late);
    return;
  }
  case deadline::hello:
    return fault(transport_fault::hello_timeout);
  case deadline::close:
    if (sends_response())
      return set_deadline(what, services_.settings->close_timeout_ms);
    return finish(true);
  case deadline::keep_alive:
    if (sends_response())
      return set_deadline(what, services_.settings->http_keep_alive_timeout_ms);
    return finish(false);
  case deadline::linger:
    return finish(false);
  case deadline::none:
    break;
  }
}

void connection::watch_stall(int64_t now_ms) {
  if (stage_ == stage::dead || blocked_since_ms_ == 0 ||
      now_ms < blocked_since_ms_ + services_.settings->send_stall_timeout_ms)
    return;
  blocked_since_ms_ = 0;
  if (is_open_websocket())
    fault(transport_fault::send_stall);
  else
    finish(true);
}

void connection::watch_silence(int64_t now_ms) {
  const auto& settings = *services_.settings;
  if (!awaiting_proof_ || !is_open_websocket())
    return;
  const auto silence_ms = now_ms - ping_sent_ms_;
  // After a standstill of our own, timers come before most sockets: whoever is still to be heard is asked at the next
  // tick.
  if (silence_ms >= std::min(settings.doubt_after_ms, settings.dead_after_ms) && stream_.has_unread())
    return;
  if (silence_ms >= settings.dead_after_ms) {
    fault(transport_fault::dead);
    // Nobody is there to answer the close frame: it is sent for the case of a half-dead path, not waited for.
    write_pending();
    finish(true);
  } else if (!silent_ && silence_ms >= settings.doubt_after_ms) {
    silent_ = true;
    services_.host->on_silent(id(), last_proof_ms_);
  }
}

void connection::beat(int64_t now_ms) {
  if (!is_open_websocket() || now_ms < beat_ms_)
    return;
  beat_ms_ = now_ms + services_.settings->beat_interval_ms;
  services_.host->on_beat(id());
  if (!is_open_websocket())
    return;
  if (queue_.push({ping_frame(), 0, frame_kind::control}) == send_queue::push_result::refused)
    hopeless_ = true;
  services_.request_flush(*this);
  if (!std::exchange(awaiting_proof_, true))
    ping_sent_ms_ = now_ms;
}

} // namespace machiai
