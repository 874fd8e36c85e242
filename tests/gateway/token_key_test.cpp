#include "config/error.hpp"
#include "gateway/base64url.hpp"
#include "gateway/token_key.hpp"
#include "tests/support/key_pair.hpp"

#include <doctest/doctest.h>

using namespace machiai;

namespace {

std::string bytes(std::string_view text) {
  const auto decoded = base64url_decode(text);
  REQUIRE(decoded);
  return *decoded;
}

constexpr const char* rfc8037_public = "-----BEGIN PUBLIC KEY-----\n"
                                       "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                                       "-----END PUBLIC KEY-----\n";
constexpr const char* rfc7515_a3_public = "-----BEGIN PUBLIC KEY-----\n"
                                          "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
                                          "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
                                          "-----END PUBLIC KEY-----\n";
constexpr std::string_view rfc7515_payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

} // namespace

TEST_CASE("token key: HS256 agrees with RFC 7515 appendix A.1") {
  const auto key = token_key::secret(
      key_id{"a"}, bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  REQUIRE(key);
  const auto data = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string{rfc7515_payload};
  CHECK(base64url_encode(*key->sign(data)) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  CHECK(key->verifies(data, bytes("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
  CHECK_FALSE(key->verifies(data, bytes("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXg")));
  const auto signature = *key->sign(data);
  for (size_t length = 0; length < signature.size(); ++length)
    CHECK_FALSE(key->verifies(data, std::string_view{signature}.substr(0, length)));
  CHECK_FALSE(key->verifies(data, signature + 'x'));
}

TEST_CASE("token key: ES256 agrees with RFC 7515 appendix A.3") {
  const auto key = token_key::public_pem(key_id{"a"}, key_algorithm::es256, rfc7515_a3_public);
  REQUIRE(key);
  const auto data = "eyJhbGciOiJFUzI1NiJ9." + std::string{rfc7515_payload};
  const auto signature =
      bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  CHECK(key->verifies(data, signature));
  CHECK_FALSE(key->verifies(data + "x", signature));
}

TEST_CASE("token key: EdDSA agrees with RFC 8037 appendix A.4") {
  const auto key = token_key::public_pem(key_id{"a"}, key_algorithm::eddsa, rfc8037_public);
  REQUIRE(key);
  const std::string data = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const auto signature =
      bytes("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  CHECK(key->verifies(data, signature));
  CHECK_FALSE(key->verifies(data + "x", signature));
}

TEST_CASE("token key: what a private key signs its public half verifies, and nothing else does") {
  struct row {
    key_algorithm algorithm;
    key_pair pair;
    key_pair other;
  };
  const std::vector<row> rows{{key_algorithm::rs256, make_rsa_pair(), make_rsa_pair()},
                              {key_algorithm::es256, make_ec_pair(), make_ec_pair()},
                              {key_algorithm::eddsa, make_ed25519_pair(), make_ed25519_pair()}};
  for (const auto& [algorithm, pair, other] : rows) {
    const auto word = word_of(algorithm);
    CAPTURE(word);
    const auto signer = token_key::private_pem(key_id{"a"}, algorithm, pair.private_pem);
    const auto checker = token_key::public_pem(key_id{"a"}, algorithm, pair.public_pem);
    const auto stranger = token_key::public_pem(key_id{"a"}, algorithm, other.public_pem);
    REQUIRE(signer);
    REQUIRE(checker);
    REQUIRE(stranger);
    // ES256 signatures differ each time; some r and s begin with zeros, which the raw form must keep.
    for (int i = 0; i < 300; ++i) {
      const auto data = "data " + std::to_string(i);
      auto signature = *signer->sign(data);
      CHECK(checker->verifies(data, signature));
      CHECK_FALSE(checker->verifies(data + " ", signature));
      CHECK_FALSE(stranger->verifies(data, signature));
      CHECK_FALSE(checker->verifies(data, std::string_view{signature}.substr(0, signature.size() - 1)));
      CHECK_FALSE(checker->verifies(data, signature + '\0'));
      CHECK_FALSE(checker->verifies(data, ""));
      signature[signature.size() / 2] = static_cast<char>(signature[signature.size() / 2] ^ 1);
      CHECK_FALSE(checker->verifies(data, signature));
      if (algorithm == key_algorithm::rs256 && i > 5)
        break;
    }
    CHECK(code_of(checker->sign("data").error()) == ec::forbidden);
  }
}

TEST_CASE("token key: ES256 signatures with r or s of zero, of the order, or in DER are refused") {
  const auto pair = make_ec_pair();
  const auto signer = token_key::private_pem(key_id{"a"}, key_algorithm::es256, pair.private_pem);
  REQUIRE(signer);
  const auto good = *signer->sign("data");
  REQUIRE(signer->verifies("data", good));
  const std::string zero(32, '\0');
  const std::string ones(32, '\xff');
  CHECK_FALSE(signer->verifies("data", zero + zero));
  CHECK_FALSE(signer->verifies("data", zero + good.substr(32)));
  CHECK_FALSE(signer->verifies("data", good.substr(0, 32) + zero));
  CHECK_FALSE(signer->verifies("data", ones + ones));
  CHECK_FALSE(signer->verifies("data", good.substr(32) + good.substr(0, 32)));
  CHECK_FALSE(signer->verifies("data", "\x30\x44\x02\x20" + good.substr(0, 32) + "\x02\x20" + good.substr(32)));
}

TEST_CASE("token key: a key that does not fit its algorithm is refused with the reason") {
  const auto rsa = make_rsa_pair();
  const auto curve = make_ec_pair();
  const auto reason = [](const caf::expected<token_key>& key) {
    return key ? std::string{"accepted"} : message_of(key.error());
  };
  const auto public_key = [&reason](key_algorithm algorithm, const std::string& pem) {
    return reason(token_key::public_pem(key_id{"a"}, algorithm, pem));
  };
  CHECK(public_key(key_algorithm::rs256, curve.public_pem) == "RS256 needs an RSA key");
  CHECK(public_key(key_algorithm::es256, rsa.public_pem).find("P-256") != std::string::npos);
  CHECK(public_key(key_algorithm::es256, make_ec_pair("P-384").public_pem).find("P-256") != std::string::npos);
  CHECK(public_key(key_algorithm::eddsa, curve.public_pem).find("Ed25519") != std::string::npos);
  CHECK(public_key(key_algorithm::rs256, make_rsa_pair(1024).public_pem).find("2048") != std::string::npos);
  CHECK(public_key(key_algorithm::hs256, rsa.public_pem).find("secret") != std::string::npos);
  CHECK(public_key(key_algorithm::rs256, rsa.private_pem).find("private key") != std::string::npos);
  CHECK(public_key(key_algorithm::rs256, "nonsense").find("PEM") != std::string::npos);
  CHECK(public_key(key_algorithm::rs256, "").find("PEM") != std::string::npos);
  CHECK(public_key(key_algorithm::rs256, std::string(9000, 'a')).find("8192") != std::string::npos);
  CHECK(reason(token_key::secret(key_id{"a"}, std::string(31, 'a'))).find("32 to 512") != std::string::npos);
  CHECK(reason(token_key::secret(key_id{"a"}, std::string(513, 'a'))).find("32 to 512") != std::string::npos);
  CHECK(reason(token_key::secret(key_id{"a"}, rsa.public_pem)).find("PEM") != std::string::npos);
  CHECK(reason(token_key::secret(key_id{"a"}, std::string(32, 'a'))) == "accepted");
}
