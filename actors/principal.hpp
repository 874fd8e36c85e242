#pragma once

#include "actors/model/session_id.hpp"
#include "store/records.hpp"

/// Who speaks, and where the answer goes.
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
  friend bool operator==(const command_origin&, const command_origin&) = default;
};
BOOST_DESCRIBE_STRUCT(command_origin, (), (session, command, who))

} // namespace machiai
