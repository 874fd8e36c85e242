#pragma once

#include <string>

namespace machiai {

/// A fresh key in PEM, both halves.
struct key_pair {
  std::string private_pem;
  std::string public_pem;
};

key_pair make_rsa_pair(unsigned bits = 2048);
/// `curve` as OpenSSL names it, such as `P-256`.
key_pair make_ec_pair(const char* curve = "P-256");
key_pair make_ed25519_pair();

} // namespace machiai
