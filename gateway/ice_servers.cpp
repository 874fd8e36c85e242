#include "gateway/ice_servers.hpp"

#include "config/error.hpp"
#include "store/json_encode.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <iterator>

namespace machiai {

namespace {

constexpr size_t secret_bytes_max = 512;

std::string base64(const unsigned char* bytes, size_t size) {
  std::string out((size + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(size));
  return out;
}

std::string hmac_sha1(const std::string& secret, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* done = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  invariant(done != nullptr, "OpenSSL computes an HMAC");
  return base64(digest.data(), size);
}

} // namespace

caf::expected<ice_servers> ice_servers::load(const call_settings& given) {
  ice_servers result;
  result.given_ = given;
  if (given.turn_secret_file.empty())
    return result;
  std::ifstream file{given.turn_secret_file, std::ios::binary};
  std::string secret{std::istreambuf_iterator<char>{file}, {}};
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
    secret.pop_back();
  if (!file || secret.empty() || secret.size() > secret_bytes_max)
    return make_error(ec::bad_setting,
                      "call.turn_secret_file: " + given.turn_secret_file + ": expected a line of 1 to 512 bytes");
  result.secret_ = std::move(secret);
  return result;
}

std::string ice_servers::servers_for(const session_id& session, timestamp now) const {
  std::string out = "[";
  if (!given_.stun_urls.empty()) {
    out += R"({"urls":)";
    append_json(out, given_.stun_urls);
    out += '}';
  }
  if (!given_.turn_urls.empty()) {
    const auto ends_at_s = (now + milliseconds{given_.turn_lifetime_ms}).ms / 1000;
    const auto username = std::to_string(ends_at_s) + ':' + std::to_string(session.number);
    out += out.size() > 1 ? R"(,{"urls":)" : R"({"urls":)";
    append_json(out, given_.turn_urls);
    out += R"(,"username":)";
    append_json(out, username);
    out += R"(,"credential":)";
    append_json(out, hmac_sha1(secret_, username));
    out += '}';
  }
  out += ']';
  return out;
}

} // namespace machiai
