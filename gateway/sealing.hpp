#pragma once

#include "store/ids.hpp"

#include <caf/expected.hpp>

#include <array>
#include <string>
#include <string_view>

namespace machiai {

/// Seals a clinic's HS256 secrets, so that the event log and its backups never hold them in the clear: AES-256-GCM
/// under a key derived (HKDF-SHA-256, RFC 5869) from the operator's key. Clinic and key id are bound in as associated
/// data, so a sealed secret moved to another clinic or name does not open.
class sealing_key {
public:
  /// `operator_secret` are the operator key's raw bytes.
  explicit sealing_key(std::string_view operator_secret);
  ~sealing_key();
  sealing_key(const sealing_key&) = default;
  sealing_key& operator=(const sealing_key&) = default;

  /// `v1.` and the base64url of nonce, ciphertext and tag. The nonce comes from an HMAC of all that is
  /// sealed, as in RFC 8452's idea: the same secret again gives the same text, so that registering a key again changes
  /// nothing, and different ones never share a nonce.
  std::string seal(const clinic_id& clinic, const key_id& key, std::string_view secret) const;

  /// Error: `ec::store_damaged` when the text was altered, belongs to another clinic or key, or was sealed under
  /// another operator key.
  caf::expected<std::string> open(const clinic_id& clinic, const key_id& key, std::string_view sealed) const;

private:
  std::string nonce_for(std::string_view bound, std::string_view secret) const;

  std::array<unsigned char, 32> key_{};
  std::array<unsigned char, 32> nonce_key_{};
};

} // namespace machiai
