#pragma once

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/restart_intensity.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace machiai {

/// State of the registry: which clinics exist, which are awake, and who waits for one to wake. At start it wakes every
/// clinic once, a few at a time, so that whoever was present before the engine stopped is dealt with even if nobody
/// comes back. A clinic that dies is woken anew; one that keeps dying, or that the store cannot give, is tried again
/// after a while, or at once when somebody asks for it.
class registry_state {
public:
  static constexpr const char* name = "registry";

  explicit registry_state(registry_actor::pointer self) : self_(self) {}
  /// Clinics live no longer than their registry.
  ~registry_state();
  registry_state(const registry_state&) = delete;
  registry_state& operator=(const registry_state&) = delete;

  void init(environment shared, event_log_actor log);

  caf::result<clinic_actor> find(const find_clinic& x);
  void seek(const seek_clinic& x);
  [[nodiscard]] awake_clinics list(const get_awake_clinics& x) const;
  void let_sleep(const clinic_idle& x);
  void wake_again(const wake_due& x);
  caf::result<bool> drain();
  void clinic_down(const caf::down_msg& x);

private:
  /// Whoever asked for a clinic gets its actor or the reason why there is none, once.
  using reply = std::function<void(caf::expected<clinic_actor>)>;

  struct entry {
    clinic_actor awake;
    bool waking = false;
    std::chrono::steady_clock::time_point waking_since;
    bool falling_asleep = false;
    bool retry_due = false;
    /// It died more often than restarting helps, and did not stay awake for a while since.
    bool failing = false;
    /// Since when nobody has looked after the clinic's people; nothing for one that went to sleep.
    std::optional<timestamp> down_since;
    std::vector<reply> waiting;
    std::optional<restart_intensity> restarts;
  };

  void look_up(const find_clinic& x, reply answer);
  void learn(const clinic_list& x);
  void wake(const clinic_id& id, entry& known);
  void woken(clinic_woken x);
  void not_woken(const clinic_id& id, const caf::error& why);
  void wake_next();
  void try_later(const clinic_id& id);
  /// For what no second try mends.
  void give_up(const clinic_id& id, const caf::error& why);
  void set_failing(entry& known, bool failing);
  void finish_drain();

  registry_actor::pointer self_;
  environment shared_;
  event_log_actor log_;
  std::map<clinic_id, entry> clinics_;
  /// Nothing is known of which clinics exist until the log has said so.
  bool listed_ = false;
  std::vector<std::pair<find_clinic, reply>> early_;
  /// Clinics still to be woken after the start.
  std::deque<clinic_id> dormant_;
  size_t waking_ = 0;
  bool draining_ = false;
  std::optional<caf::typed_response_promise<bool>> drained_;
};

registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self, environment shared,
                                       event_log_actor log);

} // namespace machiai
