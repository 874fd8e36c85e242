#pragma once

#include "actors/model/session_id.hpp"
#include "config/settings.hpp"
#include "store/timestamp.hpp"

#include <caf/expected.hpp>

#include <string>

namespace machiai {

/// The STUN and TURN servers that browsers in a call are told of. TURN credentials follow the REST convention that
/// coturn knows as `use-auth-secret` (draft-uberti-behave-turn-rest-00): the user name is the time of their end and
/// whom they are for, the password its HMAC-SHA1 under the shared secret. So the server needs no accounts, and what it
/// logs names a session, not a person.
class ice_servers {
public:
  /// Reads `turn_secret_file`. `ec::bad_setting` names what is wrong with it.
  static caf::expected<ice_servers> load(const call_settings& given);

  /// A JSON array of RTCIceServer; credentials are good from `now` for call.turn_lifetime_ms.
  [[nodiscard]] std::string servers_for(const session_id& session, timestamp now) const;

private:
  call_settings given_;
  std::string secret_;
};

} // namespace machiai
