#pragma once

#include "actors/model/room_rules.hpp"
#include "config/settings.hpp"
#include "store/event_store.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace machiai {

class engine_metrics;

/// Why an engine should not get traffic, for its readiness check. Written by whoever knows, read from any thread.
struct readiness {
  std::atomic<bool> store_writes{true};
  std::atomic<bool> draining{false};
};

/// What every actor of one engine process shares. Copied into each; the settings never change while it runs.
struct environment {
  std::shared_ptr<const machiai::settings> settings = std::make_shared<const machiai::settings>();
  /// UTC; never goes backwards within a process (config/wall_clock.hpp).
  std::function<timestamp()> clock;
  /// This process, told apart from all former ones.
  incarnation engine = 0;
  /// May be null in tests.
  engine_metrics* metrics = nullptr;
  std::shared_ptr<readiness> ready = std::make_shared<readiness>();

  [[nodiscard]] tariff price() const;
  [[nodiscard]] room_policy policy() const { return {settings->room, price()}; }
};

} // namespace machiai
