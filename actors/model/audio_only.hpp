#pragma once

#include "actors/model/room_state.hpp"

#include <vector>

namespace machiai {

/// From `from` to `until` a doctor and a patient were in the room and this one of them sent no video. A consultation is
/// by video and audio (domain.md 5.1), so the record names what was not.
struct audio_only_stretch {
  person_id person;
  timestamp from;
  timestamp until;
  friend bool operator==(const audio_only_stretch&, const audio_only_stretch&) = default;
};
BOOST_DESCRIBE_STRUCT(audio_only_stretch, (), (person, from, until))

/// Notes one room's stretches, event by event. Who has not said what it sends is in none: nothing is known of it.
class audio_only_record {
public:
  /// `room` as it is after the event, which counts from `at`; for a leave that is the last proof of presence.
  void note(const room_state& room, timestamp at);

  /// In the order of their ends. One that lasts still is not among them.
  [[nodiscard]] const std::vector<audio_only_stretch>& stretches() const { return ended_; }

private:
  struct open_stretch {
    person_id person;
    timestamp from;
  };

  std::vector<open_stretch> open_;
  std::vector<audio_only_stretch> ended_;
};

} // namespace machiai
