#include "config/listen_address.hpp"

#include <arpa/inet.h>
#include <charconv>

namespace machiai {

namespace {

bool is_ip(int family, const std::string& text) {
  in6_addr bytes{};
  return inet_pton(family, text.c_str(), &bytes) == 1;
}

} // namespace

std::optional<listen_address> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  listen_address result;
  const auto digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  result.ip = text.substr(0, colon);
  if (result.ip == "localhost")
    result.ip = "127.0.0.1";
  if (is_ip(AF_INET, result.ip))
    return result;
  if (result.ip.size() < 2 || result.ip.front() != '[' || result.ip.back() != ']')
    return std::nullopt;
  result.ip = result.ip.substr(1, result.ip.size() - 2);
  return is_ip(AF_INET6, result.ip) ? std::optional{result} : std::nullopt;
}

} // namespace machiai
