#pragma once

#include "store/described.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"
#include "store/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Who comes, goes and is let into a room; store/events.hpp says what holds for all.
namespace machiai {

/// The person is in the waiting room.
struct participant_arrived {
  static constexpr std::string_view kind = "room.participant_arrived";
  person_id person;
  machiai::party party = machiai::party::patient;
  std::string display_name;
  friend bool operator==(const participant_arrived&, const participant_arrived&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_arrived, (), (person, party, display_name))

/// The clinic lets the person in; lasts until the person is sent back or removed or the consultation ends.
struct participant_admitted {
  static constexpr std::string_view kind = "room.participant_admitted";
  person_id person;
  friend bool operator==(const participant_admitted&, const participant_admitted&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_admitted, (), (person))

/// The person is in the room from the event's time on: an edge of the meter.
struct participant_entered {
  static constexpr std::string_view kind = "room.participant_entered";
  person_id person;
  machiai::party party = machiai::party::patient;
  std::string display_name;
  /// What the consultation costs, said once, when its first doctor enters (domain.md R20).
  std::optional<tariff> price = std::nullopt;
  friend bool operator==(const participant_entered&, const participant_entered&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_entered, (), (person, party, display_name, price))

/// From the room back to the waiting room, admission withdrawn: an edge of the meter.
struct participant_sent_back {
  static constexpr std::string_view kind = "room.participant_sent_back";
  person_id person;
  friend bool operator==(const participant_sent_back&, const participant_sent_back&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_sent_back, (), (person))

/// Doubt: every connection of the person is lost or silent. Last seen at `last_proof_at`.
struct participant_unstable {
  static constexpr std::string_view kind = "room.participant_unstable";
  person_id person;
  timestamp last_proof_at;
  friend bool operator==(const participant_unstable&, const participant_unstable&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_unstable, (), (person, last_proof_at))

/// The doubt ended: the person was never away.
struct participant_stable {
  static constexpr std::string_view kind = "room.participant_stable";
  person_id person;
  friend bool operator==(const participant_stable&, const participant_stable&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_stable, (), (person))

/// The person is gone since `left_at`, which is the event's time for an explicit leave and the last proof of presence
/// for a lost connection (domain.md R4, R5). An edge of the meter when the person was in the room.
struct participant_left {
  static constexpr std::string_view kind = "room.participant_left";
  person_id person;
  timestamp left_at;
  leave_reason reason = leave_reason::left;
  friend bool operator==(const participant_left&, const participant_left&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_left, (), (person, left_at, reason))

/// The clinic put the person out for good.
struct participant_removed {
  static constexpr std::string_view kind = "room.participant_removed";
  person_id person;
  friend bool operator==(const participant_removed&, const participant_removed&) = default;
};
BOOST_DESCRIBE_STRUCT(participant_removed, (), (person))

/// Whether the person's page is visible on at least one device.
struct attention_changed {
  static constexpr std::string_view kind = "room.attention_changed";
  person_id person;
  bool attentive = true;
  friend bool operator==(const attention_changed&, const attention_changed&) = default;
};
BOOST_DESCRIBE_STRUCT(attention_changed, (), (person, attentive))

/// What the person sends in the room from now on: a consultation is picture and sound (domain.md 5.1), so stretches of
/// less stand in the record. The bill does not look at it.
struct media_changed {
  static constexpr std::string_view kind = "room.media_changed";
  person_id person;
  bool video = false;
  bool audio = false;
  friend bool operator==(const media_changed&, const media_changed&) = default;
};
BOOST_DESCRIBE_STRUCT(media_changed, (), (person, video, audio))

/// What the person's page found when it tried camera, microphone, speaker and network.
struct device_tested {
  static constexpr std::string_view kind = "room.device_tested";
  person_id person;
  device_check camera = device_check::skipped;
  device_check microphone = device_check::skipped;
  device_check speaker = device_check::skipped;
  device_check network = device_check::skipped;
  friend bool operator==(const device_tested&, const device_tested&) = default;
};
BOOST_DESCRIBE_STRUCT(device_tested, (), (person, camera, microphone, speaker, network))

} // namespace machiai
