#pragma once

#include "actors/audit_rules.hpp"
#include "actors/environment.hpp"
#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace machiai {

/// Opens the store for reading; an empty one leaves the store out of the comparison.
using store_opener = std::function<caf::expected<std::unique_ptr<event_store>>()>;

/// State of the auditor: looks at the clinics that are awake, a few at a time and one after the other, and compares
/// what their actors, the store and the sockets say. Asks and reads only: nobody waits for it, and nothing is mended by
/// it. Clinics move while it looks, so a difference counts only if it is there again, after everything that is on its
/// way must have arrived, while the clinic's head is the same. Reads the store in its own thread.
class auditor_state {
public:
  static constexpr const char* name = "auditor";

  explicit auditor_state(auditor_actor::pointer self) : self_(self) {}

  void init(environment shared, registry_actor registry, store_opener open);

  void tick();
  void take(const held_sessions& x);
  void give_up_late(const look_late& x);

private:
  using time_point = std::chrono::steady_clock::time_point;

  /// Where to look: some rooms of a clinic. With what was found there before, if it is the second look.
  struct target {
    awake_clinic clinic;
    room_id after;
    position at;
    std::vector<audit_mismatch> found;
    time_point due;
  };

  void schedule();
  void look_on();
  void ask_for_clinics();
  void look_at(target where);
  void see(clinic_view x);
  void hear_one();
  void judge();
  void suspect(std::vector<audit_mismatch> found);
  void confirm(const std::vector<audit_mismatch>& found);
  void end_look(audit_outcome_label outcome);
  /// Nothing when the store cannot be read now.
  std::optional<std::vector<audit_mismatch>> compare_with_store();
  [[nodiscard]] milliseconds confirm_after() const;

  auditor_actor::pointer self_;
  environment shared_;
  registry_actor registry_;
  store_opener open_;
  std::unique_ptr<event_store> store_;

  /// To be looked at next, in order; the first may be half done.
  std::deque<awake_clinic> clinics_;
  clinic_id last_listed_;
  room_id last_room_;
  std::deque<target> suspicions_;

  /// The look that goes on; tells its answers from late ones of earlier looks.
  uint64_t look_number_ = 0;
  bool looking_ = false;
  target where_;
  audit_look look_;
  size_t unheard_ = 0;
  uint32_t looks_left_ = 0;
};

auditor_actor::behavior_type auditor(auditor_actor::stateful_pointer<auditor_state> self, environment shared,
                                     registry_actor registry, store_opener open);

} // namespace machiai
