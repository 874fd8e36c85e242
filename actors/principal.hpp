#pragma once

#include "actors/model/session_id.hpp"
#include "store/records.hpp"

/// Who speaks, what for, and where the answer goes.
namespace machiai {

/// Who speaks, as its token says.
struct principal {
  machiai::role role = machiai::role::patient;
  person_id id;
  friend bool operator==(const principal&, const principal&) = default;
};
BOOST_DESCRIBE_STRUCT(principal, (), (role, id))

/// Where a command came from, so that its one answer finds the way back.
struct command_origin {
  session_id session;
  command_id command;
  principal who;
  /// What is asked, as a hash, so that an id used for something else is noticed; 0 compares with nothing.
  uint64_t digest = 0;
  friend bool operator==(const command_origin&, const command_origin&) = default;
};
BOOST_DESCRIBE_STRUCT(command_origin, (), (session, command, who, digest))

/// A command id that is taken, and what for.
struct used_command {
  command_id command;
  uint64_t digest = 0;
  friend bool operator==(const used_command&, const used_command&) = default;
};
BOOST_DESCRIBE_STRUCT(used_command, (), (command, digest))

/// False only when both are known and differ.
constexpr bool may_be_same(uint64_t one_digest, uint64_t other_digest) {
  return one_digest == 0 || other_digest == 0 || one_digest == other_digest;
}

} // namespace machiai
