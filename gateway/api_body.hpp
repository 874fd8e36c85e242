#pragma once

#include "actors/model/commands.hpp"
#include "gateway/api_route.hpp"
#include "gateway/sealing.hpp"

#include <caf/expected.hpp>

#include <string>
#include <variant>

namespace machiai {

/// What a request to change something asks for.
struct asked_change {
  std::variant<clinic_command, room_command> command;
  /// The body as read, in one form whatever its blanks and the order of its members; to tell requests apart.
  std::string canonical;
};

/// Ids come from the path, the rest from the JSON body, which is read strictly; names come out in the form of
/// gateway/display_name.hpp, HS256 secrets sealed.
caf::expected<asked_change> decode_body(const api_route& route, std::string_view body, const sealing_key& sealing);

/// A guest's request to use a link.
struct redeem_request {
  clinic_id clinic;
  room_id room;
  invite_id invite;
  std::string secret;
};

caf::expected<redeem_request> decode_redeem(std::string_view body);

} // namespace machiai
