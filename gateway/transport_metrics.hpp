#pragma once

#include "gateway/transport_observer.hpp"
#include "metrics/engine_metrics.hpp"

namespace machiai {

/// Counts what the shards' transport does. One object serves all shards.
class transport_metrics : public transport_observer {
public:
  explicit transport_metrics(engine_metrics& metrics) : metrics_(metrics) {}

  void refused(refusal why) override;
  void accept_paused(int error_number) override;
  void websocket_opened() override;
  void websocket_closed(const close_info& how) override;
  void http_refused(listener_role role, uint16_t status) override;
  void bytes_in(std::size_t bytes) override;
  void bytes_out(std::size_t bytes, std::size_t frames) override;
  void message_in(std::size_t bytes) override;
  void frame_pushed(send_queue::push_result result) override;

private:
  engine_metrics& metrics_;
};

} // namespace machiai
