#include "config/fixed_limits.hpp"
#include "gateway/base64url.hpp"
#include "gateway/jwt.hpp"
#include "gateway/sealing.hpp"
#include "metrics/state_labels.hpp"
#include "store/enum_words.hpp"
#include "tests/support/key_pair.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <functional>

using namespace machiai;
namespace json = boost::json;

namespace {

constexpr timestamp now{1'795'309'200'000};
constexpr int64_t now_s = now.ms / 1000;

/// An operator and two clinics, `sakura` with a key of every algorithm and `ume` with one.
struct token_fixture {
  key_pair rsa = make_rsa_pair();
  key_pair curve = make_ec_pair();
  key_pair edwards = make_ed25519_pair();
  sealing_key sealing{std::string(32, 'o')};
  token_key operator_key = *token_key::secret(key_id{"operator-1"}, std::string(32, 'o'));
  token_key shared = *token_key::secret(key_id{"shared"}, std::string(32, 's'));
  token_key rs256 = *token_key::private_pem(key_id{"rsa"}, key_algorithm::rs256, rsa.private_pem);
  token_key es256 = *token_key::private_pem(key_id{"curve"}, key_algorithm::es256, curve.private_pem);
  token_key eddsa = *token_key::private_pem(key_id{"edwards"}, key_algorithm::eddsa, edwards.private_pem);
  token_key ume = *token_key::secret(key_id{"ume-key"}, std::string(32, 'u'));
  clinic_credentials sakura;
  key_ring ring{operator_key};
  token_rules rules;

  token_fixture() {
    const clinic_id clinic{"sakura"};
    sakura.keys = {
        *prepare_signing_key(clinic, {key_id{"shared"}, "HS256", base64url_encode(std::string(32, 's'))}, sealing),
        *prepare_signing_key(clinic, {key_id{"rsa"}, "RS256", rsa.public_pem}, sealing),
        *prepare_signing_key(clinic, {key_id{"curve"}, "ES256", curve.public_pem}, sealing),
        *prepare_signing_key(clinic, {key_id{"edwards"}, "EdDSA", edwards.public_pem}, sealing)};
    apply();
    const clinic_id other{"ume"};
    ring.set_clinic(
        other,
        {{*prepare_signing_key(other, {key_id{"ume-key"}, "HS256", base64url_encode(std::string(32, 'u'))}, sealing)},
         {},
         {}},
        sealing);
  }

  void apply() { CHECK(ring.set_clinic(clinic_id{"sakura"}, sakura, sealing).empty()); }

  static json::object header(const token_key& key) {
    return {{"alg", word_of(key.algorithm())}, {"typ", "JWT"}, {"kid", key.id().value}};
  }

  static json::object payload() {
    return {{"sub", "p1"}, {"role", "patient"}, {"clinic", "sakura"}, {"iat", now_s}, {"exp", now_s + 3600}};
  }

  static std::string signed_text(const std::string& header, const std::string& payload, const token_key& key) {
    const auto text = base64url_encode(header) + '.' + base64url_encode(payload);
    return text + '.' + base64url_encode(*key.sign(text));
  }

  std::string token(const json::object& payload) const { return token(payload, shared); }

  std::string token(const json::object& payload, const token_key& key) const {
    return signed_text(json::serialize(header(key)), json::serialize(payload), key);
  }

  /// `accepted`, or the word of the refusal.
  std::string verdict(std::string_view text, timestamp at = now) const {
    const auto result = verify_token(text, ring, at, rules);
    const auto* failure = std::get_if<auth_failure>(&result);
    return failure ? std::string{word_of(*failure)} : "accepted";
  }

  std::string with_header(const char* name, const json::value& value) const {
    auto changed = header(shared);
    changed[name] = value;
    return verdict(signed_text(json::serialize(changed), json::serialize(payload()), shared));
  }

  std::string with(const char* name, const json::value& value) const {
    auto changed = payload();
    changed[name] = value;
    return verdict(token(changed));
  }

  std::string without(const char* name) const {
    auto changed = payload();
    changed.erase(name);
    return verdict(token(changed));
  }
};

} // namespace

TEST_CASE_FIXTURE(token_fixture, "token: what is minted is read back, with every algorithm") {
  for (const auto* key : {&operator_key, &shared, &rs256, &es256, &eddsa}) {
    CAPTURE(key->id().value);
    const token_claims claims{role::guest, clinic_id{"sakura"},           person_id{"g1"}, room_id{"r1"}, "通訳 王",
                              now,         now + milliseconds{3'600'000}, key->id()};
    const auto text = mint_token(claims, *key);
    REQUIRE(text);
    const auto result = verify_token(*text, ring, now, rules);
    REQUIRE(std::holds_alternative<token_claims>(result));
    auto expected = claims;
    if (key != &operator_key)
      expected.issued_at = now - rules.leeway;
    CHECK(std::get<token_claims>(result) == expected);
  }
}

TEST_CASE_FIXTURE(token_fixture, "token: every role is read, engine is none of them") {
  for (const auto* word : {"system", "staff", "doctor", "patient", "guest"})
    CHECK(with("role", word) == "accepted");
  for (const json::value& word :
       {json::value("engine"), json::value("Staff"), json::value("operator_"), json::value(1)})
    CHECK(with("role", word) == "wrong_claims");
}

TEST_CASE_FIXTURE(token_fixture, "token: alg none, another alg and a public key taken for a secret are refused") {
  for (const auto* word : {"none", "None", "NONE", "", "HS512", "hs256", "ES384", "PS256"})
    CHECK(with_header("alg", word) == "malformed");
  CHECK(with_header("alg", nullptr) == "malformed");
  // No signature at all, as alg none would have it.
  const auto unsigned_text =
      base64url_encode(R"({"alg":"none","kid":"shared"})") + '.' + base64url_encode(json::serialize(payload())) + '.';
  CHECK(verdict(unsigned_text) == "malformed");
  for (const auto* word : {"RS256", "ES256", "EdDSA"})
    CHECK(with_header("alg", word) == "wrong_algorithm");
  // The old forgery: HS256 over the public key's text, for the id of a key that is asymmetric. Our own class refuses to
  // hold such a secret, so the rest of a secret's bytes stand in: the verdict falls before any signature is looked at.
  const auto forger = *token_key::secret(key_id{"rsa"}, rsa.public_pem.substr(27, 300));
  CHECK(verdict(token(payload(), forger)) == "wrong_algorithm");
}

TEST_CASE_FIXTURE(token_fixture, "token: the header's kid, typ and crit count, key hints do not") {
  CHECK(with_header("kid", "other") == "unknown_key");
  CHECK(with_header("kid", "ume-key") == "unknown_key");
  CHECK(with_header("kid", "a b") == "malformed");
  CHECK(with_header("kid", 1) == "malformed");
  CHECK(with_header("typ", "at+jwt") == "malformed");
  CHECK(with_header("typ", 1) == "malformed");
  CHECK(with_header("crit", json::array{"exp"}) == "malformed");
  CHECK(with_header("crit", json::array{}) == "malformed");
  for (const auto* hint : {"jku", "x5u", "jwk", "x5c"})
    CHECK(with_header(hint, "https://evil.example/keys") == "accepted");
  auto bare = header(shared);
  bare.erase("typ");
  CHECK(verdict(signed_text(json::serialize(bare), json::serialize(payload()), shared)) == "accepted");
  bare.erase("kid");
  CHECK(verdict(signed_text(json::serialize(bare), json::serialize(payload()), shared)) == "malformed");
}

TEST_CASE_FIXTURE(token_fixture, "token: claims that are missing, of the wrong type or no ids are refused") {
  for (const auto* name : {"sub", "role", "clinic", "exp"})
    CHECK_MESSAGE(without(name) == "wrong_claims", name);
  CHECK(without("iat") == "accepted");
  for (const auto* name : {"sub", "clinic", "room"})
    for (const json::value& value : {json::value(""), json::value("a b"), json::value("a/b"), json::value(1),
                                     json::value(nullptr), json::value(std::string(65, 'a').c_str())})
      CHECK_MESSAGE(with(name, value) == "wrong_claims", name << ' ' << json::serialize(value));
  CHECK(with("room", "r-1") == "accepted");
  CHECK(with("name", "山田 花子") == "accepted");
  for (const json::value& value : {json::value(""), json::value("a\nb"), json::value(std::string(101, 'a').c_str()),
                                   json::value(1), json::value("a\u202eb")})
    CHECK(with("name", value) == "wrong_claims");
  CHECK(with("aud", "machiai") == "accepted");
  CHECK(with("aud", json::array{"other", "machiai"}) == "accepted");
  for (const json::value& value : {json::value("other"), json::value(json::array{"other"}), json::value(json::array{}),
                                   json::value(""), json::value(nullptr), json::value(json::object{{"machiai", 1}})})
    CHECK(with("aud", value) == "wrong_claims");
  CHECK(with("iss", "anybody") == "accepted");
}

TEST_CASE_FIXTURE(token_fixture, "token: times are judged with leeway, to the millisecond") {
  CHECK(with("exp", now_s) == "accepted");
  CHECK(with("exp", now_s - 59) == "accepted");
  CHECK(with("exp", now_s - 60) == "expired");
  CHECK(verdict(token(payload()), now + milliseconds{3'659'999}) == "accepted");
  CHECK(verdict(token(payload()), now + milliseconds{3'660'000}) == "expired");
  CHECK(with("nbf", now_s + 60) == "accepted");
  CHECK(with("nbf", now_s + 61) == "not_yet_valid");
  CHECK(with("iat", now_s + 60) == "accepted");
  CHECK(with("iat", now_s + 61) == "not_yet_valid");
  CHECK(with("exp", static_cast<double>(now_s) + 0.5) == "accepted");
  for (const auto* name : {"exp", "nbf", "iat"})
    for (const json::value& value : {json::value("1"), json::value(-1), json::value(1e300), json::value(nullptr),
                                     json::value(UINT64_MAX), json::value(253'402'300'800)})
      CHECK_MESSAGE(with(name, value) == "wrong_claims", name << ' ' << json::serialize(value));
  CHECK(with("exp", now_s + 7 * 86'400) == "accepted");
  CHECK(with("exp", now_s + 7 * 86'400 + 1) == "lives_too_long");
  auto undated = payload();
  undated.erase("iat");
  undated["exp"] = now_s + 7 * 86'400 + 1;
  CHECK(verdict(token(undated)) == "lives_too_long");
}

TEST_CASE_FIXTURE(token_fixture, "token: repeated members, deep nesting and other odd JSON are refused") {
  const auto head = json::serialize(header(shared));
  const auto body = json::serialize(payload());
  const auto open = body.substr(0, body.size() - 1);
  const auto judged = [&](const std::string& h, const std::string& p) { return verdict(signed_text(h, p, shared)); };
  CHECK(judged(head, body) == "accepted");
  CHECK(judged(head, open + R"(,"role":"staff"})") == "wrong_claims");
  CHECK(judged(head, open + R"(,"ro\u006ce":"staff"})") == "wrong_claims");
  CHECK(judged(head, open + R"(,"x":{"a":1,"a":2}})") == "wrong_claims");
  CHECK(judged(head, open + R"(,"x":{"a":":\"b:","c":[{"a":1},{"a":2}]}})") == "accepted");
  CHECK(judged(head.substr(0, head.size() - 1) + R"(,"alg":"HS256"})", body) == "malformed");
  CHECK(judged(head, open + R"(,"x":)" + std::string(10, '[') + std::string(10, ']') + "}") == "wrong_claims");
  CHECK(judged(head, open + R"(,"x":)" + std::string(1000, '[')) == "wrong_claims");
  for (const auto* text :
       {"", "[]", "null", "\"x\"", "{", "{}x", "{} {}", "{\"sub\":1e999}", "\xef\xbb\xbf{}", "{\"a\":\"\xff\"}"}) {
    CHECK_MESSAGE(judged(head, text) == "wrong_claims", text);
    CHECK_MESSAGE(judged(text, body) == "malformed", text);
  }
  CHECK(judged(head, body + std::string(1, '\0')) == "wrong_claims");
}

TEST_CASE_FIXTURE(token_fixture, "token: only three parts of strict base64url within 4 KiB are a token") {
  const auto good = token(payload());
  REQUIRE(verdict(good) == "accepted");
  const auto signature_at = good.rfind('.') + 1;
  for (const auto& text :
       {std::string{}, std::string{"."}, std::string{".."}, std::string{"a.b.c"}, good.substr(0, signature_at - 1),
        good.substr(0, signature_at), good + '.', good + ".x", good + '=', ' ' + good, good + '\n', "." + good,
        good.substr(0, signature_at) + "!!!!", std::string(1'000'000, 'a'), std::string(1'000'000, '.'),
        good + std::string(1'000'000, 'A')})
    CHECK_MESSAGE(verdict(text) == "malformed", text.substr(0, 60));
  CHECK(verdict(good.substr(0, good.size() - 4)) == "wrong_signature");
  auto large = payload();
  large["x"] = std::string(2600, 'a').c_str();
  const auto fits = token(large);
  REQUIRE(fits.size() < fixed::token_bytes_max);
  CHECK(verdict(fits) == "accepted");
  large["x"] = std::string(3000, 'a').c_str();
  CHECK(verdict(token(large)) == "malformed");
  // Not one changed character may pass.
  for (size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_MESSAGE(verdict(changed) != "accepted", i);
  }
}

TEST_CASE_FIXTURE(token_fixture, "token: a clinic's key signs for its own clinic only, and never an operator") {
  auto foreign = payload();
  foreign["clinic"] = "ume";
  CHECK(verdict(token(foreign, shared)) == "unknown_key");
  CHECK(verdict(token(foreign, ume)) == "accepted");
  // The same id in another clinic is another key.
  const auto same_name = *token_key::secret(key_id{"ume-key"}, std::string(32, 's'));
  CHECK(verdict(token(foreign, same_name)) == "wrong_signature");
  foreign["clinic"] = "nowhere";
  CHECK(verdict(token(foreign, shared)) == "unknown_key");
  CHECK(with("role", "operator") == "not_allowed");
  auto unbound = payload();
  unbound["role"] = "operator";
  unbound.erase("clinic");
  CHECK(verdict(token(unbound, shared)) == "unknown_key");
  CHECK(verdict(token(unbound, operator_key)) == "accepted");
  CHECK(verdict(token(payload(), operator_key)) == "accepted");
  // A clinic cannot put its own key in the operator's place.
  const auto pretender = *token_key::secret(key_id{"operator-1"}, std::string(32, 'x'));
  sakura.keys.push_back(*prepare_signing_key(
      clinic_id{"sakura"}, {key_id{"operator-1"}, "HS256", base64url_encode(std::string(32, 'x'))}, sealing));
  apply();
  CHECK(verdict(token(payload(), pretender)) == "wrong_signature");
}

TEST_CASE_FIXTURE(token_fixture, "token: a revoked key or person voids what was issued before") {
  sakura.revoked_keys = {key_id{"shared"}};
  const auto revoke_at = [&](timestamp at) {
    sakura.revoked_persons[person_id{"p1"}] = at;
    apply();
  };
  revoke_at(now);
  CHECK(verdict(token(payload(), shared)) == "key_revoked");
  CHECK(verdict(token(payload(), rs256)) == "person_revoked");
  CHECK(verdict(token(payload(), operator_key)) == "person_revoked");
  revoke_at(now - milliseconds{1});
  CHECK(verdict(token(payload(), operator_key)) == "accepted");
  // A clinic's clock may be ahead: its token may be older than it says.
  CHECK(verdict(token(payload(), rs256)) == "person_revoked");
  revoke_at(now - rules.leeway - milliseconds{1});
  CHECK(verdict(token(payload(), rs256)) == "accepted");
  auto changed = payload();
  changed.erase("iat");
  CHECK(verdict(token(changed, rs256)) == "person_revoked");
  changed["sub"] = "p2";
  CHECK(verdict(token(changed, rs256)) == "accepted");
  // Who only guesses learns nothing about revocations.
  CHECK(verdict(token(payload(), *token_key::secret(key_id{"shared"}, std::string(32, 'x')))) == "wrong_signature");
}

TEST_CASE_FIXTURE(token_fixture, "key ring: a stored key that cannot be read is named and leaves the others alone") {
  sakura.keys[0].material[10] = sakura.keys[0].material[10] == 'A' ? 'B' : 'A';
  sakura.keys.push_back({key_id{"odd"}, "HS512", "x"});
  CHECK(ring.set_clinic(clinic_id{"sakura"}, sakura, sealing) == std::vector{key_id{"shared"}, key_id{"odd"}});
  CHECK(verdict(token(payload(), shared)) == "unknown_key");
  CHECK(verdict(token(payload(), es256)) == "accepted");
  ring.forget_clinic(clinic_id{"sakura"});
  CHECK_FALSE(ring.knows(clinic_id{"sakura"}));
  CHECK(verdict(token(payload(), es256)) == "unknown_key");
}

TEST_CASE_FIXTURE(token_fixture, "signing key: is checked and sealed before it is registered") {
  const auto refused = [this](const char* algorithm, const std::string& material) {
    const auto key = prepare_signing_key(clinic_id{"sakura"}, {key_id{"k"}, algorithm, material}, sealing);
    return key ? std::string{"accepted"} : to_string(code_of(key.error()));
  };
  CHECK(refused("none", "") == "out_of_range");
  CHECK(refused("HS256", "not base64!") == "out_of_range");
  CHECK(refused("HS256", base64url_encode("short")) == "out_of_range");
  CHECK(refused("HS256", base64url_encode(rsa.public_pem)) == "out_of_range");
  CHECK(refused("ES256", rsa.public_pem) == "out_of_range");
  CHECK(sakura.keys[0].material.starts_with("v1."));
  CHECK(sakura.keys[1].material == rsa.public_pem);
}

TEST_CASE("auth failure: every one has an error for the client that does not tell a forger more") {
  CHECK(code_of(to_error(auth_failure::expired)) == ec::token_expired);
  CHECK(code_of(to_error(auth_failure::person_revoked)) == ec::revoked);
  CHECK(message_of(to_error(auth_failure::unknown_key)) == message_of(to_error(auth_failure::wrong_signature)));
  CHECK(message_of(to_error(auth_failure::wrong_algorithm)) == message_of(to_error(auth_failure::wrong_signature)));
}

TEST_CASE("auth failure: every one has its label in the metrics") {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<auth_failure>>(
      [](auto failure) { CHECK_MESSAGE(label_of<auth_failure_label>(failure.name), failure.name); });
}
