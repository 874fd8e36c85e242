#pragma once

#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace machiai {

/// Where an engine listens for clients.
struct server_address {
  bool tls = false;
  /// A name or an address, IPv6 without brackets.
  std::string host;
  std::string port;

  friend bool operator==(const server_address&, const server_address&) = default;
};

/// Reads `http://H:P`, `https://H:P`, `ws://H:P` or `wss://H:P`, with or without the path `/ws`; the port may be left
/// out (80 and 443). Error: `ec::malformed` saying what a URL looks like.
caf::expected<server_address> parse_server_address(std::string_view url);

/// `HOST:PORT` as the Host header has it.
std::string authority_of(const server_address& server);

/// The address as a URL without a path: `http://…` and `ws://…`, or `https://…` and `wss://…`.
std::string http_url_of(const server_address& server);
std::string ws_url_of(const server_address& server);

} // namespace machiai
