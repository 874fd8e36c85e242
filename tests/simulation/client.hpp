#pragma once

#include "tests/support/simulated_shard.hpp"

#include <optional>
#include <set>
#include <vector>

namespace machiai::test {

/// A page or console as its user knows it, over all its connections.
struct client {
  clinic_id clinic;
  principal who;
  /// None for the clinic's own software.
  std::optional<topic> what;
  /// Rooms it cares about.
  std::vector<room_id> rooms;

  std::optional<session_id> connected;
  size_t shard = 0;
  bool silent = false;
  /// Where it was when the last connection ended.
  std::optional<position> seen;
  /// What it was told of its topic since the newest snapshot, over all connections.
  std::vector<told> story;
  /// Sent and not answered yet; goes along to the next connection.
  std::vector<session::pending> unanswered;
  /// Sent at any time, to be repeated.
  std::vector<session::pending> sent;
  /// Commands first sent on this connection.
  std::set<command_id> sent_here;

  /// The room this connection was let into, at which seq; nothing once it left, fell silent or was disturbed.
  struct stay {
    room_id room;
    uint64_t seq = 0;
  };
  std::optional<stay> inside;
};

} // namespace machiai::test
