#pragma once

#include "config/settings.hpp"
#include "gateway/commands_in_flight.hpp"
#include "gateway/connection_limits.hpp"
#include "gateway/failed_tokens.hpp"
#include "gateway/io_shard.hpp"
#include "gateway/shard_pulse.hpp"

#include <memory>

namespace machiai {

/// What all shards of a gateway count together, so that no limit grows with their number. Thread-safe; outlives the
/// shards.
struct shard_common {
  shard_common(const settings& given, uint32_t shards)
      : limits(std::make_shared<connection_limits>(given.connection.connections_max,
                                                   given.connection.connections_per_address_max)),
        admin_limits(std::make_shared<connection_limits>(given.connection.admin_connections_max,
                                                         given.connection.admin_connections_max)),
        in_flight(given.command.in_flight_per_clinic_max, given.command.in_flight_max),
        failures(given.connection.failed_tokens_per_minute), pulse(shards, io_shard::now_ms()) {}

  std::shared_ptr<connection_limits> limits;
  std::shared_ptr<connection_limits> admin_limits;
  commands_in_flight in_flight;
  failed_tokens failures;
  shard_pulse pulse;
};

} // namespace machiai
