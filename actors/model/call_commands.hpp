#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What a device asks about the picture and sound between the people of a room. None of it is stored or numbered: it
/// holds while the devices are there, and a crash takes nothing that they do not say anew.
namespace machiai {

/// One device in a call. It keeps its name over reconnects and restarts of the engine, so that browsers can keep the
/// pictures that still come.
struct call_endpoint {
  person_id person;
  device_id device;
  friend bool operator==(const call_endpoint&, const call_endpoint&) = default;
};
BOOST_DESCRIBE_STRUCT(call_endpoint, (), (person, device))

struct join_call {
  room_id room;
  friend bool operator==(const join_call&, const join_call&) = default;
};
BOOST_DESCRIBE_STRUCT(join_call, (), (room))

struct leave_call {
  room_id room;
  friend bool operator==(const leave_call&, const leave_call&) = default;
};
BOOST_DESCRIBE_STRUCT(leave_call, (), (room))

/// For one other device. `body` is the member of the frame that is passed on as it came: `"description":{…}` or
/// `"candidate":…`.
struct call_signal {
  room_id room;
  call_endpoint to;
  std::string body;
  friend bool operator==(const call_signal&, const call_signal&) = default;
};
BOOST_DESCRIBE_STRUCT(call_signal, (), (room, to, body))

BOOST_DEFINE_ENUM_CLASS(call_quality, good, fair, poor, lost)

/// How well a device's call goes, by its own measurement.
struct report_quality {
  room_id room;
  call_quality quality = call_quality::good;
  std::optional<uint32_t> round_trip_ms;
  /// Of the packets, 0 to 1000.
  std::optional<uint32_t> loss_permille;
  friend bool operator==(const report_quality&, const report_quality&) = default;
};
BOOST_DESCRIBE_STRUCT(report_quality, (), (room, quality, round_trip_ms, loss_permille))

struct call_command {
  std::variant<join_call, leave_call, call_signal, report_quality> value;
  friend bool operator==(const call_command&, const call_command&) = default;
};
BOOST_DESCRIBE_STRUCT(call_command, (), (value))

inline room_id room_of(const call_command& command) {
  return std::visit([](const auto& x) { return x.room; }, command.value);
}

} // namespace machiai
