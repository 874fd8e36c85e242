#include "gateway/token_key.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include <array>

namespace machiai {

namespace {

/// Half of an ES256 signature: r or s of P-256 (RFC 7518 section 3.4).
constexpr size_t es256_half_bytes = 32;

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* held) const {
    Free(held);
  }
};
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using digest_context_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using mac_ptr = std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>>;
using mac_context_ptr = std::unique_ptr<EVP_MAC_CTX, freed_by<EVP_MAC_CTX_free>>;
using ecdsa_signature_ptr = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Without a passphrase callback of its own OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

/// What is wrong with the key for this algorithm; empty when nothing is.
std::string unfit(EVP_PKEY* key, key_algorithm algorithm) {
  const auto type = EVP_PKEY_get_base_id(key);
  if (algorithm == key_algorithm::rs256) {
    const auto bits = EVP_PKEY_get_bits(key);
    if (type != EVP_PKEY_RSA)
      return "RS256 needs an RSA key";
    return bits < int{fixed::rsa_bits_min} || bits > int{fixed::rsa_bits_max} ? "an RSA key has 2048 to 8192 bits" : "";
  }
  if (algorithm == key_algorithm::es256) {
    std::array<char, 64> group{};
    size_t length = 0;
    if (type != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) != 1 ||
        std::string_view(group.data(), length) != "prime256v1")
      return "ES256 needs an elliptic curve key on P-256";
    return "";
  }
  if (algorithm == key_algorithm::eddsa)
    return type != EVP_PKEY_ED25519 ? "EdDSA needs an Ed25519 key" : "";
  return "HS256 needs a secret, not a PEM key";
}

/// Ready for a key. OpenSSL 3 looks its algorithms up by name, which takes longer than to sign a short text.
mac_context_ptr new_hmac_sha256() {
  std::string digest_name = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0), OSSL_PARAM_construct_end()};
  const mac_ptr algorithm{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  invariant(algorithm != nullptr, "HMAC is available");
  mac_context_ptr context{EVP_MAC_CTX_new(algorithm.get())};
  invariant(context && EVP_MAC_CTX_set_params(context.get(), parameters.data()) == 1, "SHA-256 is available");
  return context;
}

std::string hmac_sha256(std::string_view secret, std::string_view data) {
  thread_local const auto context = new_hmac_sha256();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  size_t length = 0;
  const auto done = EVP_MAC_init(context.get(), bytes_of(secret), secret.size(), nullptr) == 1 &&
                    EVP_MAC_update(context.get(), bytes_of(data), data.size()) == 1 &&
                    EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) == 1;
  invariant(done, "HMAC-SHA-256 signs");
  return {reinterpret_cast<const char*>(digest.data()), length};
}

/// r and s, 32 bytes each, as the DER that OpenSSL reads. Empty when the length is another.
std::string der_of_raw(std::string_view raw) {
  if (raw.size() != 2 * es256_half_bytes)
    return {};
  ecdsa_signature_ptr signature{ECDSA_SIG_new()};
  auto* r = BN_bin2bn(bytes_of(raw), es256_half_bytes, nullptr);
  auto* s = BN_bin2bn(bytes_of(raw) + es256_half_bytes, es256_half_bytes, nullptr);
  if (!signature || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const auto length = i2d_ECDSA_SIG(signature.get(), &der);
  if (length <= 0)
    return {};
  std::string result{reinterpret_cast<const char*>(der), static_cast<size_t>(length)};
  OPENSSL_free(der);
  return result;
}

std::string raw_of_der(std::string_view der) {
  const auto* at = bytes_of(der);
  ecdsa_signature_ptr signature{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  std::array<unsigned char, 2 * es256_half_bytes> raw{};
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), es256_half_bytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + es256_half_bytes, es256_half_bytes) < 0)
    return {};
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

/// Ed25519 has its digest built in.
const EVP_MD* digest_of(key_algorithm algorithm) {
  return algorithm == key_algorithm::eddsa ? nullptr : EVP_sha256();
}

} // namespace

struct token_key::material {
  std::string secret;
  pkey_ptr key;
  bool can_sign = false;

  material() = default;
  material(const material&) = delete;
  material& operator=(const material&) = delete;
  ~material() { OPENSSL_cleanse(secret.data(), secret.size()); }
};

token_key::token_key(key_id id, key_algorithm algorithm, std::shared_ptr<const material> held)
    : id_(std::move(id)), algorithm_(algorithm), material_(std::move(held)) {}

caf::expected<token_key> token_key::secret(key_id id, std::string_view bytes) {
  if (bytes.size() < fixed::hs256_secret_bytes_min || bytes.size() > fixed::hs256_secret_bytes_max)
    return make_error(ec::out_of_range, "a HS256 secret has 32 to 512 bytes, this one " + std::to_string(bytes.size()));
  if (bytes.find("-----BEGIN") != std::string_view::npos)
    return make_error(ec::out_of_range, "a HS256 secret is no PEM key");
  auto held = std::make_shared<material>();
  held->secret = bytes;
  held->can_sign = true;
  return token_key{std::move(id), key_algorithm::hs256, std::move(held)};
}

caf::expected<token_key> token_key::public_pem(key_id id, key_algorithm algorithm, std::string_view pem) {
  return from_pem(std::move(id), algorithm, pem, false);
}

caf::expected<token_key> token_key::private_pem(key_id id, key_algorithm algorithm, std::string_view pem) {
  return from_pem(std::move(id), algorithm, pem, true);
}

caf::expected<token_key> token_key::from_pem(key_id id, key_algorithm algorithm, std::string_view pem,
                                             bool is_private) {
  if (pem.size() > fixed::public_key_bytes_max)
    return make_error(ec::out_of_range, "a PEM key has at most 8192 bytes, this one " + std::to_string(pem.size()));
  if (!is_private && pem.find("PRIVATE KEY-----") != std::string_view::npos)
    return make_error(ec::out_of_range, "this is a private key; keep it and send the public one");
  const bio_ptr source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  auto held = std::make_shared<material>();
  held->key.reset(is_private ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr)
                             : PEM_read_bio_PUBKEY(source.get(), nullptr, no_passphrase, nullptr));
  held->can_sign = is_private;
  // Its errors pile up per thread otherwise and mislead whoever looks at them next.
  ERR_clear_error();
  if (!held->key)
    return make_error(ec::out_of_range, "this is no key in PEM form (BEGIN PUBLIC KEY)");
  if (const auto reason = unfit(held->key.get(), algorithm); !reason.empty())
    return make_error(ec::out_of_range, reason);
  return token_key{std::move(id), algorithm, std::move(held)};
}

bool token_key::verifies(std::string_view data, std::string_view signature) const {
  if (algorithm_ == key_algorithm::hs256) {
    const auto expected = hmac_sha256(material_->secret, data);
    return signature.size() == expected.size() &&
           CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
  }
  std::string der;
  if (algorithm_ == key_algorithm::es256) {
    der = der_of_raw(signature);
    signature = der;
  }
  const digest_context_ptr context{EVP_MD_CTX_new()};
  const bool good =
      !signature.empty() && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(algorithm_), nullptr, material_->key.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(data), data.size()) == 1;
  ERR_clear_error();
  return good;
}

caf::expected<std::string> token_key::sign(std::string_view data) const {
  if (!material_->can_sign)
    return make_error(ec::forbidden, "a public key cannot sign");
  if (algorithm_ == key_algorithm::hs256)
    return hmac_sha256(material_->secret, data);
  const digest_context_ptr context{EVP_MD_CTX_new()};
  size_t length = 0;
  std::string signature;
  if (context &&
      EVP_DigestSignInit(context.get(), nullptr, digest_of(algorithm_), nullptr, material_->key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &length, bytes_of(data), data.size()) == 1) {
    signature.resize(length);
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes_of(data),
                       data.size()) != 1)
      length = 0;
    signature.resize(length);
  }
  ERR_clear_error();
  if (algorithm_ == key_algorithm::es256)
    signature = raw_of_der(signature);
  if (signature.empty())
    return make_error(ec::internal, "OpenSSL could not sign");
  return signature;
}

} // namespace machiai
