#include "tests/support/key_pair.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace machiai {

namespace {

std::string content_of(BIO* source) {
  char* data = nullptr;
  const auto length = BIO_get_mem_data(source, &data);
  std::string text{data, static_cast<size_t>(length)};
  BIO_free(source);
  return text;
}

key_pair pair_of(EVP_PKEY* key) {
  if (!key)
    throw std::runtime_error("OpenSSL could not make a key");
  auto* private_half = BIO_new(BIO_s_mem());
  auto* public_half = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(private_half, key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(public_half, key);
  EVP_PKEY_free(key);
  return {content_of(private_half), content_of(public_half)};
}

} // namespace

key_pair make_rsa_pair(unsigned bits) {
  return pair_of(EVP_RSA_gen(bits));
}

key_pair make_ec_pair(const char* curve) {
  return pair_of(EVP_EC_gen(curve));
}

key_pair make_ed25519_pair() {
  return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

} // namespace machiai
