#pragma once

#include "gateway/key_algorithm.hpp"
#include "store/ids.hpp"

#include <caf/expected.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace machiai {

/// One key with exactly one algorithm, for checking or making token signatures. Immutable and cheap to copy; may be
/// used from any thread. Forgets its secret bytes by overwriting them when the last copy goes.
class token_key {
public:
  /// HS256. 32 to 512 bytes (RFC 7518 section 3.2 asks for at least 32). A text in PEM form is refused, since a public
  /// key taken for a secret is the oldest way to forge a token. Error: `ec::out_of_range`.
  static caf::expected<token_key> secret(key_id id, std::string_view bytes);

  /// A public key in PEM (`BEGIN PUBLIC KEY`), at most 8 KiB: RSA of 2048 to 8192 bits for RS256, P-256 for ES256,
  /// Ed25519 for EdDSA. Error: `ec::out_of_range` naming what is wrong; a private key is refused.
  static caf::expected<token_key> public_pem(key_id id, key_algorithm algorithm, std::string_view pem);

  /// A private key in PEM (`BEGIN PRIVATE KEY`, not encrypted), which can sign too.
  static caf::expected<token_key> private_pem(key_id id, key_algorithm algorithm, std::string_view pem);

  const key_id& id() const noexcept { return id_; }
  key_algorithm algorithm() const noexcept { return algorithm_; }

  /// True when `signature` (raw bytes as a JWT holds them) belongs to `data`.
  bool verifies(std::string_view data, std::string_view signature) const;

  /// The raw signature bytes. Error: `ec::forbidden` for a public key.
  caf::expected<std::string> sign(std::string_view data) const;

private:
  struct material;

  token_key(key_id id, key_algorithm algorithm, std::shared_ptr<const material> held);
  static caf::expected<token_key> from_pem(key_id id, key_algorithm algorithm, std::string_view pem, bool is_private);

  key_id id_;
  key_algorithm algorithm_;
  std::shared_ptr<const material> material_;
};

} // namespace machiai
