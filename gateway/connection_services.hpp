#pragma once

#include "config/settings.hpp"
#include "gateway/connection_host.hpp"
#include "gateway/send_queue.hpp"
#include "gateway/timing_wheel.hpp"
#include "gateway/transport_observer.hpp"
#include "gateway/upgrade_check.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace machiai {

class connection;

/// What a connection needs of its shard. Outlives the shard's connections.
struct connection_services {
  virtual ~connection_services() = default;

  /// Calls `connection::flush` once at the end of this loop turn, however often it is asked for.
  virtual void request_flush(connection& which) = 0;
  /// Arms a timer of the shard's wheel.
  virtual void arm(wheel_timer& which, int64_t due_ms) = 0;
  /// The connection is over; the shard forgets it.
  virtual void retire(connection& which) = 0;

  const connection_settings* settings = nullptr;
  const upgrade_policy* upgrades = nullptr;
  connection_host* host = nullptr;
  transport_observer* observer = nullptr;
  send_limits limits;
  /// Shared by all reads of the thread; valid until the next read.
  std::span<char> read_buffer;
};

} // namespace machiai
