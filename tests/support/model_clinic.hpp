#pragma once

#include "actors/model/clinic_rules.hpp"
#include "actors/model/clinic_state.hpp"
#include "actors/model/room_rules.hpp"

#include <map>
#include <string>
#include <vector>

namespace machiai::test {

/// A clinic without actors: decides by the rules, numbers what comes of it and folds it twice, once as the room does
/// and once as the clinic does, with one clock that the test moves. Every step checks that both folds are equal and
/// that what holds for every room holds.
class model_clinic {
public:
  /// Clinic `Machiai Clinic` with doctors d1 and d2 and patients p1 to p3, at 2026-04-10T01:00:00Z (10:00 in Japan).
  model_clinic();

  /// What came of the last step: the names of its events without `room.` and `clinic.`, or `refused: CODE`.
  using outcome = std::string;

  outcome ask(const room_command& command);
  outcome ask(const clinic_command& command);
  /// The person's first device comes.
  outcome enter(const room_id& room, const std::string& person);
  outcome presence(const room_id& room, const std::string& person, presence_edge edge);
  outcome attend(const room_id& room, const std::string& person, bool attentive);
  outcome send_media(const room_id& room, const std::string& person, bool video, bool audio);
  outcome leave(const room_id& room, const std::string& person);
  outcome lose(const room_id& room, const std::string& person, timestamp last_proof);
  outcome pass_time(const room_id& room);

  void wait(milliseconds length) { now = now + length; }

  /// Books `room` for an hour from now on.
  outcome book(const room_id& room, const std::vector<std::string>& patients = {"p1"},
               const std::vector<std::string>& doctors = {"d1"}, bool is_test = false);
  /// Waits and is let in.
  void bring_in(const room_id& room, const std::string& person);
  /// Invites `person`, who comes by the link and waits.
  outcome invite(const room_id& room, const std::string& person, party which);

  [[nodiscard]] const room_state& room(const room_id& id) const { return rooms.at(id); }
  [[nodiscard]] const participant& person(const room_id& id, const std::string& who) const;
  [[nodiscard]] room_phase phase(const room_id& id) const { return phase_of(rooms.at(id)); }

  timestamp now{1'775'782'800'000};
  clinic_state state;
  /// The rooms as their own actors fold them.
  std::map<room_id, room_state> rooms;
  room_policy policy;
  clinic_settings limits;
  std::vector<event> log;

private:
  outcome keep(const room_id& room, const decision& decided);
  [[nodiscard]] identity identity_of(const room_id& room, const std::string& person) const;
};

std::vector<person_id> ids(const std::vector<std::string>& texts);

/// What holds in every room at any time; fails the test that is running otherwise.
void check_room(const room_state& room);

} // namespace machiai::test
