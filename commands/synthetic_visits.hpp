#pragma once

#include "commands/token_mint.hpp"
#include "config/settings.hpp"
#include "gateway/operator_key.hpp"

#include <memory>
#include <string>

namespace machiai {

class engine_metrics;

/// A synthetic patient that comes and goes in a clinic of its own (config/reserved_clinic.hpp) while a synthetic
/// console watches: at every interval both connect to the engine's own listener, the patient enters the waiting room,
/// the console sees it, the patient leaves. The time between is a metric, what fails a counter. Nobody but a patient
/// ever enters, and the appointment is a test, so nothing is billed. Runs in a thread of its own and ends with this
/// object.
class synthetic_visits {
public:
  /// `address` is where the engine listens for clients, `HOST:PORT`. `metrics` must outlive it.
  synthetic_visits(const settings& given, const std::string& address, const operator_key& key, engine_metrics& metrics);
  ~synthetic_visits();
  synthetic_visits(const synthetic_visits&) = delete;
  synthetic_visits& operator=(const synthetic_visits&) = delete;

private:
  struct worker;

  std::unique_ptr<worker> worker_;
};

} // namespace machiai
