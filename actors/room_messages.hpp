#pragma once

#include "actors/inspect.hpp"
#include "actors/model/presence.hpp"
#include "actors/model/room_rules.hpp"
#include "actors/principal.hpp"

#include <cstdint>
#include <optional>
#include <variant>

/// To a room.
namespace machiai {

/// A device of this person is here; `before` is what is to be known of the person first. `stamp` numbers what one
/// person's actor tells one room; the log's word on it comes back with the same number (`participation_changed`).
struct person_enters {
  command_origin origin;
  identity who;
  presence_edges before;
  uint64_t stamp = 0;
};
BOOST_DESCRIBE_STRUCT(person_enters, (), (origin, who, before, stamp))

/// What became of the person's devices. With an origin the person asked for it and gets an answer.
struct person_moved {
  std::optional<command_origin> origin;
  principal by;
  person_id person;
  presence_edges edges;
  uint64_t stamp = 0;
};
BOOST_DESCRIBE_STRUCT(person_moved, (), (origin, by, person, edges, stamp))

/// Whether the person sees its page on any device. With an origin a device said so and gets an answer.
struct person_attends {
  std::optional<command_origin> origin;
  person_id person;
  bool attentive = true;
  uint64_t stamp = 0;
};
BOOST_DESCRIBE_STRUCT(person_attends, (), (origin, person, attentive, stamp))

/// A device tells what it sends or what its test found.
struct person_reports {
  command_origin origin;
  person_id person;
  std::variant<set_media, report_device_test> what;
  uint64_t stamp = 0;
};
BOOST_DESCRIBE_STRUCT(person_reports, (), (origin, person, what, stamp))

/// The clinic asks something of the room.
struct room_request {
  command_origin origin;
  room_command command;
};
BOOST_DESCRIBE_STRUCT(room_request, (), (origin, command))

struct room_deadline_due {};
BOOST_DESCRIBE_STRUCT(room_deadline_due, (), ())

} // namespace machiai
