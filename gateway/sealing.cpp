#include "gateway/sealing.hpp"

#include "config/error.hpp"
#include "gateway/base64url.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include <memory>

namespace machiai {

namespace {

constexpr std::string_view version = "v1.";
constexpr std::string_view purpose = "machiai clinic key sealing v1";
constexpr std::string_view nonce_purpose = "machiai clinic key nonce v1";
/// NIST SP 800-38D: 96 bits that look random are good for 2^32 messages under one key.
constexpr size_t nonce_bytes = 12;
constexpr size_t tag_bytes = 16;

struct free_cipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using cipher_ptr = std::unique_ptr<EVP_CIPHER_CTX, free_cipher>;

struct free_derivation {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// `|` cannot stand in an id, so no two pairs give the same text.
std::string bound_to(const clinic_id& clinic, const key_id& key) {
  return std::string{purpose} + '|' + clinic.value + '|' + key.value;
}

/// A context with key, nonce and associated data in place, for either direction.
cipher_ptr begin(bool sealing, const std::array<unsigned char, 32>& key, std::string_view nonce,
                 const std::string& bound) {
  cipher_ptr context{EVP_CIPHER_CTX_new()};
  int length = 0;
  const bool good =
      context &&
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce), sealing ? 1 : 0) == 1 &&
      EVP_CipherUpdate(context.get(), nullptr, &length, bytes_of(bound), static_cast<int>(bound.size())) == 1;
  invariant(good, "AES-256-GCM is available");
  return context;
}

std::array<unsigned char, 32> derived(std::string_view secret, std::string_view info) {
  std::array<unsigned char, 32> key{};
  const std::unique_ptr<EVP_PKEY_CTX, free_derivation> context{EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr)};
  size_t length = key.size();
  const bool good = context && EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_key(context.get(), bytes_of(secret), static_cast<int>(secret.size())) == 1 &&
                    EVP_PKEY_CTX_add1_hkdf_info(context.get(), bytes_of(info), static_cast<int>(info.size())) == 1 &&
                    EVP_PKEY_derive(context.get(), key.data(), &length) == 1 && length == key.size();
  invariant(good, "HKDF-SHA-256 is available");
  return key;
}

} // namespace

sealing_key::sealing_key(std::string_view operator_secret)
    : key_(derived(operator_secret, purpose)), nonce_key_(derived(operator_secret, nonce_purpose)) {}

sealing_key::~sealing_key() {
  OPENSSL_cleanse(key_.data(), key_.size());
  OPENSSL_cleanse(nonce_key_.data(), nonce_key_.size());
}

std::string sealing_key::nonce_for(std::string_view bound, std::string_view secret) const {
  std::string text{bound};
  text.append("|").append(secret);
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  const auto* done = HMAC(EVP_sha256(), nonce_key_.data(), static_cast<int>(nonce_key_.size()), bytes_of(text),
                          text.size(), bytes_of(mac), &length);
  OPENSSL_cleanse(text.data(), text.size());
  invariant(done != nullptr && length >= nonce_bytes, "HMAC-SHA-256 is available");
  mac.resize(nonce_bytes);
  return mac;
}

std::string sealing_key::seal(const clinic_id& clinic, const key_id& key, std::string_view secret) const {
  const auto bound = bound_to(clinic, key);
  const auto nonce = nonce_for(bound, secret);
  const auto context = begin(true, key_, nonce, bound);
  std::string sealed(secret.size(), '\0');
  std::string tag(tag_bytes, '\0');
  int length = 0;
  const bool good = EVP_CipherUpdate(context.get(), bytes_of(sealed), &length, bytes_of(secret),
                                     static_cast<int>(secret.size())) == 1 &&
                    EVP_CipherFinal_ex(context.get(), bytes_of(tag), &length) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag.data()) == 1;
  invariant(good, "AES-256-GCM seals");
  return std::string{version} + base64url_encode(nonce + sealed + tag);
}

caf::expected<std::string> sealing_key::open(const clinic_id& clinic, const key_id& key,
                                             std::string_view sealed) const {
  const auto damaged = [&key] {
    return make_error(ec::store_damaged, "the secret of key " + key.value +
                                             " does not open: it was altered or sealed under another operator key");
  };
  if (!sealed.starts_with(version))
    return damaged();
  auto bytes = base64url_decode(sealed.substr(version.size()));
  if (!bytes || bytes->size() < nonce_bytes + tag_bytes)
    return damaged();
  auto tag = bytes->substr(bytes->size() - tag_bytes);
  const auto hidden = std::string_view{*bytes}.substr(nonce_bytes, bytes->size() - nonce_bytes - tag_bytes);
  const auto context = begin(false, key_, std::string_view{*bytes}.substr(0, nonce_bytes), bound_to(clinic, key));
  std::string secret(hidden.size(), '\0');
  unsigned char unused = 0;
  int length = 0;
  const bool good = EVP_CipherUpdate(context.get(), bytes_of(secret), &length, bytes_of(hidden),
                                     static_cast<int>(hidden.size())) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
                    EVP_CipherFinal_ex(context.get(), &unused, &length) == 1;
  ERR_clear_error();
  if (!good)
    return damaged();
  return secret;
}

} // namespace machiai
