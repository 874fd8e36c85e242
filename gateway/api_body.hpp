#pragma once

#include "actors/model/commands.hpp"
#include "gateway/api_route.hpp"
#include "gateway/sealing.hpp"

#include <caf/expected.hpp>

#include <string>
#include <variant>

namespace machiai {

/// What a request to change something asks for. Ids come from the path, the rest from the JSON body, which is read
/// strictly; names are checked (domain: at most 100 characters, no control characters), HS256 secrets come out sealed.
caf::expected<std::variant<clinic_command, room_command>> decode_body(const api_route& route, std::string_view body,
                                                                      const sealing_key& sealing);

/// A guest's request to use a link.
struct redeem_request {
  clinic_id clinic;
  room_id room;
  invite_id invite;
  std::string secret;
};

caf::expected<redeem_request> decode_redeem(std::string_view body);

} // namespace machiai
