#pragma once

#include "actors/model/card.hpp"
#include "actors/shard_messages.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace machiai {

/// Turns a clinic's events into the frames its audiences see, each encoded once. Knows what every topic was told last,
/// so that nothing is said twice. Owned by the clinic actor; does no I/O.
class frame_writer {
public:
  /// Starts from a state that was read back rather than built event by event.
  void start(const clinic_state& state);

  /// The frames of one event that was just folded into `state`, in sending order: the staff's first, then the views of
  /// the visits whose topic is watched. All but the last frame of a topic carry `more`.
  std::vector<frame> frames_of(const clinic_state& state, const event& x);

  /// All a new watcher of `which` needs, as of `state.position`. Nothing when the topic's room is not on the board.
  std::optional<std::string> snapshot(const clinic_state& state, const topic& which);

  /// `{"clinic":…,"visits":[…]}`: the visits on the board whose patient this is and out of which the clinic did not put
  /// it, by their time; only `room` if that is given.
  [[nodiscard]] std::string visits_of(const clinic_state& state, const person_id& patient,
                                      const std::optional<room_id>& room) const;

  /// From now on `frames_of` writes frames for this topic. The staff's board is always written.
  void watch(const clinic_state& state, const topic& which);
  [[nodiscard]] bool watches(const topic& which) const;
  /// Writes no more frames for the watched topics that `which` names, and gives them back.
  std::vector<topic> unwatch(const std::function<bool(const topic&)>& which);

private:
  std::vector<room_id> rooms_touched(const clinic_state& state, const event& x);
  /// Every visit shows the clinic's name.
  [[nodiscard]] std::vector<room_id> rooms_watched() const;
  /// What a console keeps under one key: the key, and the frame's member with the new state.
  struct board_entry {
    std::string key;
    std::string member;
  };
  /// Everything on the board that the event changed, at least one entry.
  [[nodiscard]] std::vector<board_entry> entries_of(const clinic_state& state, const event& x,
                                                    const std::vector<room_id>& rooms) const;
  void write_board(const clinic_state& state, const event& x, const std::vector<room_id>& rooms,
                   std::vector<frame>& out) const;
  void write_visits(const clinic_state& state, const event& x, const std::vector<room_id>& rooms,
                    std::vector<frame>& out);
  std::optional<std::string> visit_text(const clinic_state& state, const topic& which) const;
  std::optional<uint32_t> place_of(const room_id& room) const;

  std::map<room_id, uint32_t> line_;
  /// What each watched visit was told last, as a hash of the view.
  std::map<topic, size_t> watched_;
  /// The board's snapshot at the position it was made for: in a storm every console asks for the same.
  machiai::position board_position_;
  std::string board_;
};

} // namespace machiai
