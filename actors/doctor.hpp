#pragma once

#include "actors/person.hpp"

#include <deque>
#include <functional>
#include <optional>

namespace machiai {

/// A doctor: in at most one room. Entering another one leaves the first, if the second would let the doctor in, and is
/// put to the second only when the log has the leave, so that no position of the log shows one doctor in two rooms.
class doctor_actor_state : public person_actor_state {
public:
  static constexpr const char* name = "doctor";
  using person_actor_state::person_actor_state;

  void changed(const participation_changed& x) override;
  void rebuilt(const room_rebuilt& x) override;
  void lost(const device_lost& x) override;
  void lose_shard(const shard_lost& x) override;

protected:
  void enter(const command_origin& origin, const room_id& room) override;
  void leave(const command_origin& origin, const room_id& room) override;
  [[nodiscard]] bool is_idle() const override;

private:
  struct entry {
    command_origin origin;
    room_id room;
    /// The room would let the doctor in.
    bool is_welcome = false;
  };

  void go_on();
  void go_on_if_left(const room_id& room);
  void ask_for_entry(const entry& next);
  void hear_of_entry(const command_id& asked, const caf::error& refusal);
  /// Entries that nobody waits for any more.
  void drop_entries(const std::function<bool(const entry&)>& which);

  /// The room that the log's word is awaited on.
  std::optional<room_id> leaving_;
  bool asking_ = false;
  std::deque<entry> entries_;
};

person_actor::behavior_type doctor(person_actor::stateful_pointer<doctor_actor_state> self, environment shared,
                                   person_start start, clinic_actor clinic);

} // namespace machiai
