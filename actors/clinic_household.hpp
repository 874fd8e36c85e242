#pragma once

#include "actors/clinic_stream.hpp"
#include "actors/interfaces.hpp"
#include "actors/person.hpp"
#include "actors/restart_intensity.hpp"
#include "metrics/state_labels.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace machiai {

/// A clinic's rooms and persons: spawns them on demand from what the stream says, rebuilds the ones that die, ends them
/// with the clinic. A room has an actor while something asked of it is under way or a person knows its address. Owned
/// by the clinic actor.
class clinic_household {
public:
  clinic_household(clinic_actor::pointer self, const environment& shared, const clinic_stream& stream);
  ~clinic_household();
  clinic_household(const clinic_household&) = delete;
  clinic_household& operator=(const clinic_household&) = delete;

  /// Persons who were present when the clinic was last heard of, in doubt since then (rules R4, R17).
  void restore(const takeover& owner);

  /// The room's address for a person; it holds until the person is let go.
  room_actor room_for(const person_id& person, const room_id& id);
  /// Sends `x`, to which the room answers with one `room_decided` that nobody else caused.
  template <class Message>
  void ask_room(const room_id& id, Message x) {
    auto& known = room(id);
    ++known.under_way;
    self_->send(known.actor, std::move(x));
  }
  /// That answer is here.
  void heard_from_room(const caf::strong_actor_ptr& room, const room_id& id);
  /// The actor of a patient, doctor or guest; null for anybody else.
  /// @pre not `has_other_role(who)`.
  person_actor person(const principal& who, const identity& as);
  /// Under this id somebody is here in another role.
  [[nodiscard]] bool has_other_role(const principal& who) const;
  /// The same, if it exists.
  [[nodiscard]] person_actor known_person(const person_id& id) const;
  void for_each_person(const std::function<void(const person_id&, const person_actor&)>& visit) const;
  /// Ends the person's actor; the next one comes on demand.
  void let_go(const person_id& id);

  /// The room left the board.
  void forget_room(const room_id& id);
  struct room_child {
    room_actor actor;
    /// Answers still to come.
    size_t under_way = 0;
    std::set<person_id> known_to;
  };
  /// The rooms that have an actor.
  [[nodiscard]] const std::map<room_id, room_child>& rooms() const { return rooms_; }

  /// What a death of one of the household came to.
  enum class death { none_of_ours, expected, rebuilt, too_many };
  struct loss {
    death what = death::none_of_ours;
    /// The person that was replaced, or the room that died, if it was one.
    std::optional<person_id> rebuilt;
    std::optional<room_id> room;
  };
  loss bury(const caf::down_msg& x);

private:
  struct person_child {
    person_actor actor;
    principal who;
    identity as;
  };

  room_child& room(const room_id& id);
  void let_room_rest(std::map<room_id, room_child>::iterator it);
  person_actor spawn_person(const principal& who, const identity& as, std::vector<earlier_stay> stays);
  [[nodiscard]] std::vector<earlier_stay> stays_of(const person_id& id, const earlier_stay& common) const;
  void count_restart(actor_label kind) const;
  void rebuild_room(const room_id& id);
  void tell_of_rebuilt(const room_id& id);
  void rebuild_person(const person_id& id);

  clinic_actor::pointer self_;
  const environment& shared_;
  const clinic_stream& stream_;
  std::map<room_id, room_child> rooms_;
  std::map<person_id, person_child> persons_;
  restart_intensity restarts_;
};

} // namespace machiai
