#include "gateway/upgrade_check.hpp"

#include "config/error.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace machiai {

namespace {

using boost::beast::iequals;
using beast_view = boost::beast::string_view;

constexpr std::string_view version_served = "13";
/// 16 bytes as base64.
constexpr std::size_t key_characters = 24;

beast_view view(std::string_view text) {
  return {text.data(), text.size()};
}

/// RFC 4648 4: 22 characters of the alphabet and two of padding, the last without stray bits.
bool is_key(std::string_view key) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == key_characters && key.ends_with("==") && key.find_first_not_of(alphabet) == key_characters - 2 &&
         alphabet.find(key[key_characters - 3]) % 16 == 0;
}

bool offers_subprotocol(const http_request& request) {
  for (const auto& [name, value] : request.headers) {
    if (!iequals(view(name), "Sec-WebSocket-Protocol"))
      continue;
    for (const auto& offer : boost::beast::http::token_list(view(value)))
      if (std::string_view(offer.data(), offer.size()) == websocket_subprotocol)
        return true;
  }
  return false;
}

/// RFC 6455 4.2.2, 5.4: the SHA-1 of the key and a fixed text, as base64.
std::string accept_key(std::string_view key) {
  constexpr std::string_view fixed = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  constexpr std::size_t digest_bytes = 20;
  constexpr std::size_t digest_characters = 28;
  const auto text = std::string(key).append(fixed);
  std::array<unsigned char, digest_bytes> digest;
  const auto done = EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  invariant(done == 1, "SHA-1 is not to be had");
  // One more for the zero behind the text.
  std::array<unsigned char, digest_characters + 1> encoded;
  EVP_EncodeBlock(encoded.data(), digest.data(), digest_bytes);
  return {encoded.begin(), encoded.begin() + digest_characters};
}

} // namespace

bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed) {
  return allowed.empty() || std::any_of(allowed.begin(), allowed.end(),
                                        [&](const auto& entry) { return iequals(view(entry), view(origin)); });
}

std::optional<http_response> check_upgrade(const http_request& request, const upgrade_policy& policy) {
  if (request.method != "GET") {
    auto answer = problem_response(405, ec::malformed, "A WebSocket begins with GET.");
    answer.headers.emplace_back("Allow", "GET");
    return answer;
  }
  if (request.target.find('?') != request.target.npos)
    return problem_response(400, ec::malformed, "/ws takes no query; a token goes into the hello, never into a URL.");
  if (request.header("Sec-WebSocket-Version") != version_served) {
    auto answer = problem_response(426, ec::malformed, "WebSocket version 13 is served here.");
    answer.headers.emplace_back("Sec-WebSocket-Version", version_served);
    answer.headers.emplace_back("Upgrade", "websocket");
    return answer;
  }
  if (request.count("Sec-WebSocket-Key") != 1 || !is_key(request.header("Sec-WebSocket-Key")))
    return problem_response(400, ec::malformed, "Sec-WebSocket-Key is not 16 bytes in base64.");
  const auto origins = request.count("Origin");
  if (origins > 1 || (origins == 1 && !origin_allowed(request.header("Origin"), policy.allowed_origins)))
    return problem_response(403, ec::forbidden, "This origin may not connect.");
  if (policy.subprotocol_required && !offers_subprotocol(request))
    return problem_response(400, ec::malformed, "The subprotocol machiai.v1 has to be offered.");
  return std::nullopt;
}

std::string accept_upgrade(const http_request& request) {
  std::string text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  text.append("Sec-WebSocket-Accept: ").append(accept_key(request.header("Sec-WebSocket-Key"))).append("\r\n");
  if (offers_subprotocol(request))
    text.append("Sec-WebSocket-Protocol: ").append(websocket_subprotocol).append("\r\n");
  return text.append("\r\n");
}

} // namespace machiai
