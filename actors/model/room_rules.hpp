#pragma once

#include "actors/model/commands.hpp"
#include "actors/model/presence.hpp"
#include "actors/model/room_state.hpp"
#include "config/settings.hpp"

#include <caf/expected.hpp>

#include <optional>
#include <vector>

namespace machiai {

/// Who a person is in a room: what its token and the clinic's records say.
struct identity {
  person_id person;
  machiai::party party = machiai::party::patient;
  std::string display_name;
  friend bool operator==(const identity&, const identity&) = default;
};
BOOST_DESCRIBE_STRUCT(identity, (), (person, party, display_name))

/// What a decision of a room rests on besides its state.
struct room_policy {
  room_settings limits;
  tariff price;
};

/// The events that follow from a command or an observation, to be applied and logged in this order; or why nothing
/// follows. A command whose effect already holds succeeds with no events.
using decision = caf::expected<std::vector<event_payload>>;

/// What a patient hears who asks about an appointment of others: the same as if there were none. Nothing for anybody
/// else.
std::optional<caf::error> refuse_stranger(const room_state& state, const person_id& person, role as);

/// A person's device is at the waiting room's page (patients, guests) or enters (doctors). The stays before it are told
/// by `decide_presence`; this one answers the person.
decision decide_entry(const room_state& state, const identity& who, timestamp now, const room_policy& policy);

/// What became known of a person's devices. Edges of a person who is not present are without effect: they are about a
/// stay that already ended.
std::vector<event_payload> decide_presence(const room_state& state, const person_id& person, const presence_edge& edge);

/// The person's page became visible or hidden.
std::vector<event_payload> decide_attention(const room_state& state, const person_id& person, bool attentive);

/// What the person sends, which only somebody in the room does.
decision decide_report(const room_state& state, const person_id& person, const set_media& x);

/// What the person's page found out about its device, while it waits or is in the room.
decision decide_report(const room_state& state, const person_id& person, const report_device_test& x);

/// The invitation whose link lets somebody in at `now`; null for one that was used, withdrawn, is too old or was never
/// made, and for a wrong secret.
const invitation* valid_invitation(const room_state& state, const invite_id& invite, const std::string& secret_hash,
                                   timestamp now);

/// What the clinic asks.
decision decide(const room_state& state, const room_command& command, timestamp now, const room_policy& policy);

/// When the room wants to be looked at again without anybody asking; nothing when time alone changes nothing.
std::optional<timestamp> next_deadline(const room_state& state, const room_policy& policy);

/// What the passing of time brings: the end after four hours without a doctor (R18), later the archive.
std::vector<event_payload> decide_deadline(const room_state& state, timestamp now, const room_policy& policy);

} // namespace machiai
