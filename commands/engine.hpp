#pragma once

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "gateway/gateway.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace machiai {

class past_service;
class synthetic_visits;

/// A running engine: store, actors, gateway, wired together. Belongs to main's thread.
class engine {
public:
  /// Everything runs when it returns. Errors say which part could not start: `ec::bad_setting` for settings and keys,
  /// `ec::system_failure` for addresses and threads, else the store's.
  static caf::expected<std::unique_ptr<engine>> start(settings given);

  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// The one line that says where it listens.
  std::string ready_line() const;

  caf::error reload_certificate();

  /// The planned end: no new connections, clients told when to come back, commands on their way answered, clinics
  /// asleep, the clean mark written. `hurry` says that nobody wants to wait any more. False when the time limit came
  /// first.
  bool drain(const std::function<bool()>& hurry);

private:
  explicit engine(settings given);

  caf::error open_store();
  caf::error start_gateway();
  void start_auditor();
  /// Puts the clinics to sleep and writes the clean mark; has at least a second for each. False when that was too
  /// short.
  bool end_actors(std::chrono::steady_clock::time_point until);
  bool wait_for_clients(std::chrono::steady_clock::time_point until, const std::function<bool()>& hurry);

  environment shared_;
  std::shared_ptr<event_store> store_;
  std::shared_ptr<const operator_key> key_;
  /// Null when none are served.
  std::shared_ptr<const page_files> pages_;
  std::unique_ptr<engine_metrics> metrics_;
  /// Actors end on purpose from now on.
  std::shared_ptr<std::atomic<bool>> ending_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<past_service> past_;
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  event_log_actor log_;
  registry_actor registry_;
  /// Null when it is turned off.
  auditor_actor auditor_;
  std::unique_ptr<gateway> gateway_;
  /// Null when they are turned off. Uses the gateway's listener and the metrics.
  std::unique_ptr<synthetic_visits> synthetic_;
};

} // namespace machiai
