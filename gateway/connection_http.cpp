#include "gateway/connection.hpp"
#include "gateway/upgrade_check.hpp"
#include "gateway/websocket_path.hpp"

namespace machiai {

/// A client that sends requests without reading answers is not served further.
bool connection::can_serve() const {
  // One response at a time: two large ones might not fit, and a queue that is full ends the connection.
  return stage_ == stage::http && !http_->awaiting && queue_.empty();
}

bool connection::sends_response() const {
  return http_ && (!queue_.empty() || stream_.has_unsent());
}

void connection::serve_http() {
  if (http_->serving)
    return;
  http_->serving = true;
  while (can_serve()) {
    switch (http_->reader.next()) {
    case http_reader::outcome::need_more:
      http_->serving = false;
      return await_more_http();
    case http_reader::outcome::request:
      take_request();
      break;
    case http_reader::outcome::upgrade:
      return upgrade();
    case http_reader::outcome::refused:
      return refuse_http(http_->reader.refusal());
    }
  }
  http_->serving = false;
}

void connection::await_more_http() {
  const auto& settings = *services_.settings;
  auto& reader = http_->reader;
  if (read_finished_)
    return begin_ending();
  if (reader.take_expects_continue())
    push_control("HTTP/1.1 100 Continue\r\n\r\n");
  if (reader.in_body()) {
    if (deadline_ != deadline::body)
      set_deadline(deadline::body, settings.http_body_timeout_ms);
  } else if (!reader.between_requests()) {
    if (deadline_ != deadline::header)
      set_deadline(deadline::header, settings.handshake_timeout_ms);
  } else if (http_->any_taken && deadline_ != deadline::keep_alive) {
    set_deadline(deadline::keep_alive, settings.http_keep_alive_timeout_ms);
  }
}

void connection::take_request() {
  http_->awaiting = true;
  http_->any_taken = true;
  http_->keep_alive = http_->reader.keep_alive();
  auto request = std::move(http_->reader.request());
  http_->head = request.method == "HEAD";
  request.remote_address = from_.remote_address;
  request.role = from_.role;
  const auto& settings = *services_.settings;
  set_deadline(deadline::response, settings.http_response_timeout_ms);
  if (from_.role == listener_role::clients && request.path() == websocket_path()) {
    auto answer = problem_response(426, ec::malformed, "Only WebSockets are served here.");
    answer.headers.emplace_back("Upgrade", "websocket");
    respond(answer);
    return;
  }
  if (from_.role == listener_role::clients &&
      !http_->requests.take(settings.http_requests_per_second, settings.http_requests_burst, io_shard::now_ms())) {
    auto answer = problem_response(429, ec::rate_limited, "Too many requests on this connection; wait a second.");
    answer.headers.emplace_back("Retry-After", "1");
    services_.observer->http_refused(from_.role, answer.status);
    respond(answer);
    return;
  }
  services_.host->on_request(id(), std::move(request));
}

bool connection::respond(const http_response& response) {
  if (stage_ != stage::http || !http_->awaiting)
    return false;
  http_->awaiting = false;
  deadline_ = deadline::none;
  const bool keep_alive = http_->keep_alive && !response.close;
  queue_response(response, keep_alive, http_->head);
  if (!keep_alive)
    begin_ending();
  return true;
}

void connection::refuse_http(const http_response& response) {
  services_.observer->http_refused(from_.role, response.status);
  queue_response(response, false, false);
  begin_ending();
}

void connection::queue_response(const http_response& response, bool keep_alive, bool head) {
  services_.observer->http_answered(from_.role, response.status);
  push_control(serialize(response, keep_alive, head));
  // Taken whatever its size: one response is under way at a time, and its bytes are not this connection's own.
  if (sends_shared_body(response, head))
    queue_.push({response.shared_body, 0, frame_kind::snapshot});
}

void connection::upgrade() {
  auto request = std::move(http_->reader.request());
  request.remote_address = from_.remote_address;
  request.role = from_.role;
  if (from_.role != listener_role::clients || request.path() != websocket_path())
    return refuse_http(problem_response(404, ec::not_found, "No WebSocket is served here."));
  if (const auto answer = check_upgrade(request, *services_.upgrades)) {
    if (answer->status == 403)
      services_.observer->refused(refusal::origin);
    return refuse_http(*answer);
  }
  const auto rest = http_->reader.take_rest();
  http_.reset();
  stage_ = stage::websocket;
  push_control(accept_upgrade(request));
  websocket_codec_events& events = *this;
  codec_ = std::make_unique<websocket_codec>(events, services_.settings->hello_bytes_max,
                                             services_.settings->message_fragments_max);
  begin_websocket(request);
  if (stage_ == stage::websocket && !rest.empty())
    codec_->feed(rest);
}

} // namespace machiai
