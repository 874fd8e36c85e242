#pragma once

#include "commands/client/server_address.hpp"

#include <cstdint>
#include <string>

namespace machiai {

struct simulation_options {
  server_address server;
  std::string operator_token;
  /// A clinic that exists, to play in beside what is there; empty makes clinics of its own.
  std::string into;
  uint32_t clinics = 3;
  /// Visits at a time in each clinic.
  uint32_t rooms = 8;
  /// Visits begun per second over all clinics.
  double rate = 4;
  /// How long visits are begun; each is played to its end after that.
  double minutes = 0.3;
  uint64_t seed = 0;
  /// Part of every id, so that runs on one engine do not meet.
  std::string run;
};

/// Plays the days, prints the summary, and returns the exit status: 1 on any difference, 2 when the engine does
/// not take the token, 5 when there is no engine.
int simulate(const simulation_options& options);

} // namespace machiai
