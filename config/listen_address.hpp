#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// Where to listen: an IPv4 or IPv6 address as text, without brackets, and a port; 0 takes any free one.
struct listen_address {
  std::string ip;
  uint16_t port = 0;
};

/// Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`. Other names would have to be looked up, and may mean
/// several addresses: nothing.
std::optional<listen_address> parse_listen_address(std::string_view text);

} // namespace machiai
