#pragma once

#include "actors/board_gauges.hpp"
#include "actors/environment.hpp"
#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

namespace machiai {

/// A stay that began before this actor did: the engine was restarted, or the actor died.
struct earlier_stay {
  room_id room;
  timestamp last_proof;
  /// The doubt becomes visible then, and a leave not before then, if nobody came back.
  timestamp announce_at;
  timestamp leave_not_before;
  bool attentive = true;
};

/// What a person's actor starts from.
struct person_start {
  identity who;
  std::vector<earlier_stay> stays;
  /// Commands that have their answer; they are not carried out again.
  std::vector<used_command> answered;
};

/// State shared by patient, doctor and guest: the person's devices in each room and the patience with lost ones. Tells
/// the room what became of the person, and learns from the clinic what the log says. Lives as long as its clinic.
class person_actor_state {
public:
  explicit person_actor_state(person_actor::pointer self) : self_(self) {}
  virtual ~person_actor_state() = default;

  void init(environment shared, person_start start, clinic_actor clinic);

  void obey(const device_command& x);
  void take(const command_taken& x) { static_cast<void>(see(x.used.command, {{}, {}, x.used.digest})); }
  void silent(const device_silent& x);
  void alive(const device_alive& x);
  virtual void lost(const device_lost& x);
  void back(const device_back& x);
  virtual void lose_shard(const shard_lost& x);
  virtual void changed(const participation_changed& x);
  virtual void rebuilt(const room_rebuilt& x);
  /// Says so when nothing is left to look after.
  void rest();
  void rename(const person_renamed& x) { who_.display_name = x.display_name; }
  void pass_time();

protected:
  /// In no room, and nothing is under way.
  [[nodiscard]] virtual bool is_idle() const;

  /// What this person knows of itself in one room.
  struct place {
    explicit place(presence known) : there(std::move(known)) {}

    presence there;
    /// Doubt nobody was told of yet.
    std::optional<timestamp> announce_at;
    /// What the room was told of the person's attention; nothing when it may have forgotten.
    std::optional<bool> attentive;
    /// The last edge told, to be told again when the room died with it.
    std::optional<presence_edge> last_edge;
    /// Devices that say they were here before this actor was, while the log does not know the person to be here (yet).
    std::vector<session_id> returned;
    /// Stamps of what was told to the room last, and of the last that the log's word came back on.
    uint64_t sent = 0;
    uint64_t heard = 0;
    room_actor room;
    bool asking = false;
    /// What goes to the room once it is known.
    std::vector<std::variant<person_enters, person_moved, person_attends, person_reports>> waiting;
  };
  /// The person is not there, and nothing is under way.
  [[nodiscard]] static bool is_idle_at(const place& where);

  virtual void enter(const command_origin& origin, const room_id& room);
  virtual void leave(const command_origin& origin, const room_id& room);
  void enter_now(const command_origin& origin, const room_id& room);
  void tell_edges(const room_id& room, presence_edges edges, const principal& by,
                  std::optional<command_origin> origin = std::nullopt);
  place& place_of(const room_id& room);
  /// The log's word on everything told to the room has come back.
  [[nodiscard]] bool is_settled(const room_id& room) const;
  void refuse(const command_origin& origin, const room_id& room, caf::error why);
  [[nodiscard]] timestamp now() const { return shared_.clock(); }

  person_actor::pointer self_;
  environment shared_;
  std::optional<actor_gauge> counted_;
  identity who_;
  clinic_actor clinic_;
  std::map<room_id, place> places_;

private:
  void attend(const command_origin& origin, const set_attention& x);
  /// The earlier connection of the same device that is in this room, if any.
  [[nodiscard]] std::optional<session_id> predecessor(const session_id& session, const place& where) const;
  /// The new connection is in the room: the old one is not any more, and ends when it is in no other.
  void replace(const session_id& session, place& where);
  /// A device that came or went may have changed what the person sees.
  void tell_attention(const room_id& room);
  /// Where a command came from that was seen before; nothing for one that is new, which is remembered.
  struct sighting {
    room_id room;
    session_id session;
    uint64_t digest = 0;
  };
  std::optional<sighting> see(const command_id& command, const sighting& where);
  /// Believes the log, which has heard all there was to say.
  void agree(const room_id& room, whereabouts logged);
  void forget_returned(const std::function<bool(const session_id&)>& which);
  void give_up_room(const room_id& room, const caf::error& why);
  void announce(const room_id& room, place& where);
  void wake_at(std::optional<timestamp> due);
  void each_place_with(const session_id& session, const std::function<presence_edges(presence&)>& change);
  template <class Message>
  void tell_room(const room_id& room, Message x);
  void ask_for_room(const room_id& room);

  /// What devices called themselves, while connected.
  std::map<session_id, device_id> devices_;
  /// Commands told apart; nowhere for those the log had answered before this actor was.
  std::unordered_map<command_id, sighting> seen_;
  std::deque<command_id> seen_order_;
};

person_actor::behavior_type person_behavior(person_actor_state& state);

} // namespace machiai
