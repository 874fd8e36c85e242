#pragma once

#include "store/described.hpp"

#include <compare>
#include <cstdint>

namespace machiai {

/// One connection of one device, never reused: engine process, shard and a running number within it. Everything said of
/// a session names it, so that a late word about an old one can never touch a newer one (DESIGN rule 5).
struct session_id {
  uint64_t engine = 0;
  uint64_t number = 0;
  friend auto operator<=>(const session_id&, const session_id&) = default;
};
BOOST_DESCRIBE_STRUCT(session_id, (), (engine, number))

/// The I/O thread a session lives on: the upper 16 bits of its number.
constexpr uint32_t shard_index(const session_id& session) {
  return static_cast<uint32_t>(session.number >> 48U);
}

} // namespace machiai
