#pragma once

#include "store/clinic_events.hpp"
#include "store/participant_events.hpp"
#include "store/room_events.hpp"

#include <compare>
#include <cstdint>
#include <string_view>
#include <variant>

/// Everything that can happen, one struct each, in the past tense. `kind` is the event's only name: in the code's
/// table, in the store and on the wire. Adding a member needs a default, so that old bodies still read.
namespace machiai {

/// What happened; exactly one of the structs above.
struct event_payload {
  using variant_type =
      std::variant<clinic_created, clinic_changed, key_registered, key_revoked, person_revoked, doctor_recorded,
                   patient_recorded, appointment_booked, appointment_changed, appointment_cancelled,
                   participant_arrived, participant_admitted, participant_entered, participant_sent_back,
                   participant_unstable, participant_stable, participant_left, participant_removed, attention_changed,
                   media_changed, device_tested, guest_invited, invite_redeemed, invite_revoked, room_locked,
                   room_unlocked, consultation_ended, consultation_reopened, room_archived>;
  variant_type value;
  friend bool operator==(const event_payload&, const event_payload&) = default;
};

/// `room.participant_arrived` and so on.
std::string_view kind_of(const event_payload& payload);

/// The person the event is about; empty for none.
person_id subject_of(const event_payload& payload);

/// Where an event stands in its clinic's stream. `seq` starts at 1 and has no gap; `epoch` rises with each takeover.
struct position {
  uint32_t epoch = 0;
  uint64_t seq = 0;
  friend auto operator<=>(const position&, const position&) = default;
};
BOOST_DESCRIBE_STRUCT(position, (), (epoch, seq))

/// An event with its place in the clinic's stream. `room` is empty for events of the clinic itself.
struct event {
  machiai::position position;
  timestamp at;
  room_id room;
  author by;
  event_payload payload;
  friend bool operator==(const event&, const event&) = default;
};
BOOST_DESCRIBE_STRUCT(event, (), (position, at, room, by, payload))

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_payload& x) {
  return inspect_variant(f, x.value);
}

} // namespace machiai
