#pragma once

#include "actors/model/room_rules.hpp"
#include "config/monotonic_clock.hpp"
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
  /// Since when the store has owed an answer, on `monotonic_us`; 0 while it owes none.
  std::atomic<int64_t> store_asked_us{0};
  std::atomic<bool> draining{false};
  /// Clinics that died too often to be woken again at once.
  std::atomic<uint32_t> clinics_failing{0};
  /// Events that are decided but not stored yet.
  std::atomic<uint64_t> waiting_rows{0};
};

/// The store owes an answer as long as this lives. For the one thread that asks it.
class store_question {
public:
  explicit store_question(readiness& of) : asked_us_(of.store_asked_us) { asked_us_ = monotonic_us(); }
  ~store_question() { asked_us_ = 0; }
  store_question(const store_question&) = delete;
  store_question& operator=(const store_question&) = delete;

private:
  std::atomic<int64_t>& asked_us_;
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
  /// False when the store owes an answer for longer than it may.
  [[nodiscard]] bool store_answers() const;
  /// False while commands have to be refused with `store_unavailable`: what they do could not be stored any time soon.
  [[nodiscard]] bool store_takes_commands() const;
  /// So many events more, or less, wait for the store.
  void count_waiting(int64_t change) const;
  [[nodiscard]] room_policy policy() const { return {settings->room, price()}; }
};

} // namespace machiai
