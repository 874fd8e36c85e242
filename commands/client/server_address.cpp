#include "commands/client/server_address.hpp"

#include "config/error.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace machiai {

caf::expected<server_address> parse_server_address(std::string_view url) {
  const auto malformed = [](const char* what) {
    return make_error(ec::malformed, std::string(what) + "; expected http://HOST:PORT, https://, ws:// or wss://");
  };
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed)
    return malformed("not a URL");
  const std::string_view scheme = parsed->scheme();
  if (scheme != "http" && scheme != "https" && scheme != "ws" && scheme != "wss")
    return malformed("unknown scheme");
  if (parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment())
    return malformed("only scheme, host and port are of use");
  const std::string_view path = parsed->encoded_path();
  if (!path.empty() && path != "/" && path != "/ws")
    return malformed("an engine has no such path");
  server_address result;
  result.tls = scheme == "https" || scheme == "wss";
  result.host = parsed->host_address();
  result.port = parsed->has_port() && !parsed->port().empty() ? std::string(parsed->port()) : result.tls ? "443" : "80";
  if (result.host.empty())
    return malformed("no host");
  return result;
}

std::string authority_of(const server_address& server) {
  const auto is_ipv6 = server.host.find(':') != std::string::npos;
  return (is_ipv6 ? '[' + server.host + ']' : server.host) + ':' + server.port;
}

std::string http_url_of(const server_address& server) {
  return (server.tls ? "https://" : "http://") + authority_of(server);
}

std::string ws_url_of(const server_address& server) {
  return (server.tls ? "wss://" : "ws://") + authority_of(server);
}

} // namespace machiai
