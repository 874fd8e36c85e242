#include "gateway/connection.hpp"

#include <utility>

namespace machiai {

bool connection::send(outgoing_frame frame) {
  if (!is_open_websocket())
    return false;
  const auto result = queue_.push(std::move(frame));
  services_.observer->frame_pushed(result);
  if (result == send_queue::push_result::refused) {
    fault(transport_fault::queue_overflow);
    return false;
  }
  services_.request_flush(*this);
  return true;
}

bool connection::mark_ready() {
  if (!is_open_websocket() || ready_)
    return false;
  ready_ = true;
  deadline_ = deadline::none;
  codec_->set_message_bytes_max(services_.settings->message_bytes_max);
  return true;
}

bool connection::close(uint16_t code, std::string_view reason) {
  if (stage_ == stage::http) {
    http_->keep_alive = false;
    if (!http_->awaiting)
      begin_ending();
    return true;
  }
  if (!is_open_websocket())
    return false;
  close_code_ = code;
  codec_->close(code, reason);
  if (stage_ == stage::websocket)
    set_deadline(deadline::close, services_.settings->close_timeout_ms);
  return true;
}

void connection::on_codec_write(std::string_view bytes) {
  push_control(std::string(bytes));
}

void connection::begin_websocket(const http_request& upgrade) {
  const auto now = io_shard::now_ms();
  opened_ = true;
  last_proof_ms_ = now;
  beat_ms_ = now + services_.settings->beat_interval_ms;
  set_deadline(deadline::hello, services_.settings->hello_timeout_ms);
  services_.observer->websocket_opened();
  services_.host->on_open(id(), upgrade);
}

void connection::on_codec_text(std::string_view message) {
  const auto& settings = *services_.settings;
  services_.observer->message_in(message.size());
  if (!messages_.take(settings.messages_per_second, settings.messages_burst, last_proof_ms_))
    return fault(transport_fault::message_flood);
  services_.host->on_text(id(), message);
}

void connection::on_codec_binary(std::string_view message) {
  const auto& settings = *services_.settings;
  services_.observer->message_in(message.size());
  if (!messages_.take(settings.messages_per_second, settings.messages_burst, last_proof_ms_))
    return fault(transport_fault::message_flood);
  if (!services_.host->on_binary(id(), message))
    fault(transport_fault::binary_message);
}

bool connection::on_codec_ping(std::string_view) {
  const auto& settings = *services_.settings;
  if (pings_.take(settings.pings_per_second, settings.pings_burst, last_proof_ms_))
    return true;
  fault(transport_fault::ping_flood);
  return false;
}

/// Pongs nobody asked for cost as much as pings; the answers to ours are far below the bucket's rate.
void connection::on_codec_pong(std::string_view) {
  const auto& settings = *services_.settings;
  if (!pings_.take(settings.pings_per_second, settings.pings_burst, last_proof_ms_))
    fault(transport_fault::ping_flood);
}

void connection::on_codec_closed(const closing& how) {
  close_info info;
  info.code = how.code;
  info.by_peer = how.by_peer;
  info.clean = how.clean;
  info.protocol_failure = how.protocol_failure;
  report_close(info);
  begin_ending();
}

void connection::note_proof() {
  last_proof_ms_ = io_shard::now_ms();
  awaiting_proof_ = false;
  if (std::exchange(silent_, false) && opened_)
    services_.host->on_alive_again(id(), last_proof_ms_);
  if (opened_)
    services_.host->on_proof(id(), last_proof_ms_);
}

void connection::fault(transport_fault what) {
  if (!is_open_websocket())
    return;
  services_.observer->fault(what);
  const auto order = services_.host->on_fault(id(), what);
  if (what == transport_fault::send_stall || what == transport_fault::queue_overflow)
    queue_.drop_state();
  close(order.code, order.reason);
}

void connection::report_close(const close_info& how) {
  if (!std::exchange(opened_, false))
    return;
  auto info = how;
  info.last_proof_ms = last_proof_ms_;
  services_.observer->websocket_closed(info);
  services_.host->on_close(id(), info);
}

} // namespace machiai
