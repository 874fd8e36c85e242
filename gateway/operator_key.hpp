#pragma once

#include "gateway/sealing.hpp"
#include "gateway/token_key.hpp"

#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace machiai {

/// The key of whoever runs this engine: signs tokens of every role and clinic, and seals the clinics' secrets. Losing
/// it means that clinics must register their HS256 keys anew; nothing else in the store depends on it.
struct operator_key {
  token_key signing;
  sealing_key sealing;
};

/// Where the key is when `token.operator_key_file` is empty: beside a SQLite store (`PATH.operator-key`), else
/// `machiai.operator-key` in the working folder.
std::string default_operator_key_file(std::string_view store_url);

/// Reads the key file, a JSON Web Key (RFC 7517) `{"kty":"oct","alg":"HS256","kid":"…","k":"…"}` of 32 to 512 bytes.
/// Refuses one that others than its owner may read or write. Error: `ec::system_failure` or `ec::bad_setting`, naming
/// the file.
caf::expected<operator_key> load_operator_key(const std::string& file);

/// The same, and makes the file when it is missing: 32 random bytes, mode 0600. Two engines that start at once end up
/// with one key; a crash leaves either no file or a whole one.
caf::expected<operator_key> load_or_create_operator_key(const std::string& file);

} // namespace machiai
