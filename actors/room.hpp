#pragma once

#include "actors/board_gauges.hpp"
#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/model/room_state.hpp"
#include "actors/room_call.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <optional>

namespace machiai {

/// State of a room actor: decides what may happen in one consultation and keeps what did. It applies its events when it
/// decides them and takes the next command; numbering and durability are the clinic's and the log's. Ends with its
/// clinic or when the room is archived.
class room_actor_state {
public:
  static constexpr const char* name = "room";

  explicit room_actor_state(room_actor::pointer self) : self_(self) {}

  void init(environment shared, room_id id, room_state known, clinic_actor clinic);

  void enter(const person_enters& x);
  void move(const person_moved& x);
  void attend(const person_attends& x);
  void note(const person_reports& x);
  void request(const room_request& x);
  void call(const call_message& x);
  void lose(const call_device_lost& x);
  void pass_time();

  [[nodiscard]] room_view view() const { return {id_, room_, nullptr}; }

  /// Equal to the clinic's fold of the same events.
  [[nodiscard]] const room_state& known() const { return room_; }

private:
  [[nodiscard]] timestamp now() const;
  void keep(const std::vector<event_payload>& events, timestamp at, std::vector<event_payload>& decided);
  void report(room_decided x);
  void tell(std::vector<call_told> what);

  room_actor::pointer self_;
  environment shared_;
  std::optional<actor_gauge> counted_;
  room_policy policy_;
  room_id id_;
  room_state room_;
  std::optional<room_call> call_;
  clinic_actor clinic_;
};

/// `known` is what the log says of the room; empty for one not yet booked.
room_actor::behavior_type room(room_actor::stateful_pointer<room_actor_state> self, environment shared, room_id id,
                               room_state known, clinic_actor clinic);

} // namespace machiai
