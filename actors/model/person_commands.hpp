#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"

#include <string>

/// What a person asks for itself. Each device says it for itself; repeating it on another device adds that device.
namespace machiai {

/// A patient's or guest's device is at the waiting room's page.
struct enter_waiting_room {
  room_id room;
  friend bool operator==(const enter_waiting_room&, const enter_waiting_room&) = default;
};
BOOST_DESCRIBE_STRUCT(enter_waiting_room, (), (room))

/// A doctor's device enters. A doctor in another room leaves that one first.
struct enter_room {
  room_id room;
  friend bool operator==(const enter_room&, const enter_room&) = default;
};
BOOST_DESCRIBE_STRUCT(enter_room, (), (room))

/// This device leaves room or waiting room for good; the last one ends the stay at once.
struct leave_room {
  room_id room;
  friend bool operator==(const leave_room&, const leave_room&) = default;
};
BOOST_DESCRIBE_STRUCT(leave_room, (), (room))

/// This device's page became visible or hidden.
struct set_attention {
  room_id room;
  bool attentive = true;
  friend bool operator==(const set_attention&, const set_attention&) = default;
};
BOOST_DESCRIBE_STRUCT(set_attention, (), (room, attentive))

/// What this device sends in the room. Of several devices of a person the one that spoke last counts.
struct set_media {
  room_id room;
  bool video = false;
  bool audio = false;
  friend bool operator==(const set_media&, const set_media&) = default;
};
BOOST_DESCRIBE_STRUCT(set_media, (), (room, video, audio))

/// What this device's page found when it tried its parts.
struct report_device_test {
  room_id room;
  device_check camera = device_check::skipped;
  device_check microphone = device_check::skipped;
  device_check speaker = device_check::skipped;
  device_check network = device_check::skipped;
  friend bool operator==(const report_device_test&, const report_device_test&) = default;
};
BOOST_DESCRIBE_STRUCT(report_device_test, (), (room, camera, microphone, speaker, network))

} // namespace machiai
