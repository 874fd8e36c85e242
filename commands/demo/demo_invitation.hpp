#pragma once

#include "commands/client/server_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <caf/expected.hpp>

#include <string>

namespace machiai {

inline constexpr const char* demo_guest_name = "リン・メイ";

/// Invites an interpreter to the room, over a socket as a console does, and returns the path of the guest's link. Each
/// call makes a new one, since a link is good once, and withdraws what earlier ones made and nobody used. Runs `loop`,
/// for ten seconds at most. Error: `ec::system_failure` with the engine's words.
caf::expected<std::string> invite_demo_guest(boost::asio::io_context& loop, boost::asio::ssl::context& tls,
                                             const server_address& server, const std::string& staff_token,
                                             const std::string& room);

} // namespace machiai
