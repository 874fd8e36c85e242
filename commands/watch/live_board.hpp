#pragma once

#include "actors/model/card.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>

namespace machiai {

/// A card, and the server's time it is of.
struct shown_card {
  room_card card;
  timestamp at;
};

/// What a staff console knows: the newest card of every room, replaced by key as frames come in.
class live_board {
public:
  /// Takes a `board` or `event` frame and ignores any other. False for one whose card cannot be read: a newer engine's.
  bool take(const boost::json::object& frame);

  const std::string& clinic_name() const noexcept { return clinic_; }
  const std::map<room_id, shown_card>& cards() const noexcept { return cards_; }
  /// The newest time that the server said.
  timestamp at() const noexcept { return at_; }
  uint64_t seq() const noexcept { return seq_; }

private:
  bool take_board(const boost::json::object& frame);
  bool take_card(const boost::json::object& frame);

  std::string clinic_;
  std::map<room_id, shown_card> cards_;
  timestamp at_;
  uint64_t seq_ = 0;
};

} // namespace machiai
