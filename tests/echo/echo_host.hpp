#pragma once

#include "gateway/io_shard.hpp"

namespace machiai {

/// Sends every message back as it came, as a reply: through the limits and the queue that every answer of the engine
/// goes through. `shard` is set before the shard runs.
class echo_host : public connection_host {
public:
  io_shard* shard = nullptr;

  void on_request(connection_id from, http_request request) override;
  void on_open(connection_id id, const http_request& upgrade) override;
  void on_text(connection_id id, std::string_view message) override;
  bool on_binary(connection_id id, std::string_view message) override;
  void on_silent(connection_id, int64_t) override {}
  void on_alive_again(connection_id, int64_t) override {}
  void on_drained_after_overflow(connection_id) override {}
  void on_close(connection_id, const close_info&) override {}
};

} // namespace machiai
