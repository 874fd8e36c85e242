#pragma once

#include "actors/interfaces.hpp"
#include "gateway/claims.hpp"
#include "gateway/command_kind.hpp"
#include "gateway/commands_in_flight.hpp"
#include "gateway/connection_host.hpp"
#include "gateway/protocol.hpp"
#include "metrics/labels.hpp"

#include <optional>
#include <string>
#include <unordered_map>

namespace machiai {

inline principal principal_of(const token_claims& claims) {
  return {claims.role, claims.person};
}

/// A command on its way: `since_ms` is monotonic.
struct pending_command {
  command_kind kind = command_kind::hello;
  int64_t since_ms = 0;
  /// The rest of a successful answer that only the gateway knows, as JSON members beginning with a comma.
  std::string extra;
  /// What a person's device said of itself.
  std::optional<person_command> told;
  commands_in_flight::place place;
};

/// One WebSocket client. A plain object of its shard: a connection must stay small.
struct session {
  enum class stage : uint8_t {
    /// Nothing but `hello` is expected.
    fresh,
    /// The clinic's keys, or its answer to the subscription, are on their way.
    joining,
    open,
    closing,
  };

  connection_id connection = 0;
  stage at = stage::fresh;
  /// Whose address this is; needed until the token has been checked.
  std::string remote_address;
  token_claims claims;
  /// The role it is counted under.
  role_label counted_as = role_label::none;
  machiai::topic topic;
  /// What the device calls itself; empty when it did not say.
  device_id device;
  /// Patient, doctor or guest; empty for staff.
  person_actor person;
  /// The person's actor may know this device: it asked to come in, or more.
  bool is_device = false;
  /// The room this device was let into.
  std::optional<room_id> entered;
  bool attentive = true;
  /// Frames were dropped for a snapshot that nobody could give yet.
  bool lacks_frames = false;
  /// The hello that waits for the clinic.
  std::optional<hello> greeting;
  std::unordered_map<command_id, pending_command> pending;
};

} // namespace machiai
