#include "gateway/transport_metrics.hpp"

#include "config/log.hpp"

namespace machiai {

void transport_metrics::refused(refusal why) {
  switch (why) {
  case refusal::total_limit:
    return metrics_.refusals(refusal_label::total_limit).add();
  case refusal::address_limit:
    return metrics_.refusals(refusal_label::address_limit).add();
  case refusal::descriptors:
    return metrics_.refusals(refusal_label::descriptors).add();
  case refusal::origin:
    return metrics_.refusals(refusal_label::origin).add();
  }
}

void transport_metrics::accept_paused(int error_number) {
  metrics_.refusals(refusal_label::descriptors).add();
  log_warn("gateway.accept_paused", {{"errno", error_number}});
}

void transport_metrics::websocket_opened() {
  metrics_.connections(role_label::none).add(1);
}

void transport_metrics::websocket_closed(const close_info& how) {
  metrics_.closes(close_label_of(how.code)).add();
}

void transport_metrics::http_refused(listener_role role, uint16_t status) {
  if (role == listener_role::clients)
    metrics_.count_http_request({}, status);
}

void transport_metrics::bytes_in(std::size_t bytes) {
  metrics_.bytes(direction_label::in).add(bytes);
}

void transport_metrics::bytes_out(std::size_t bytes, std::size_t frames) {
  metrics_.bytes(direction_label::out).add(bytes);
  metrics_.frames(direction_label::out).add(frames);
}

void transport_metrics::message_in(std::size_t) {
  metrics_.frames(direction_label::in).add();
}

void transport_metrics::frame_pushed(send_queue::push_result result) {
  switch (result) {
  case send_queue::push_result::conflated:
    return metrics_.send_overflows(overflow_label::collapsed).add();
  case send_queue::push_result::overflowed:
    return metrics_.send_overflows(overflow_label::dropped).add();
  case send_queue::push_result::refused:
    return metrics_.send_overflows(overflow_label::cut).add();
  case send_queue::push_result::queued:
  case send_queue::push_result::dropped:
    return;
  }
}

} // namespace machiai
