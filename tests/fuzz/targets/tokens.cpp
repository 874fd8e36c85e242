#include "config/error.hpp"
#include "gateway/base64url.hpp"
#include "gateway/jwt.hpp"
#include "gateway/sealing.hpp"
#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/targets.hpp"

#include <array>

namespace machiai::fuzz {

namespace {

constexpr timestamp now{1'795'309'200'000};

// Keys of this test alone, which signed the tokens in its corpus.
constexpr auto edwards_pem = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEICnwHAz+7LgSSNtwVlvdYDsgF9bSiagSSKA4P6lxzPp6
-----END PRIVATE KEY-----
)";
constexpr auto edwards_public_pem = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAsUoi8tkbXjVBduJrYIcjQsMb/vEfs/OhOkS70cDUFJE=
-----END PUBLIC KEY-----
)";
constexpr auto curve_public_pem = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5mWrz7f3aN8kl5RVAloQetonaqA/
NawhpVUtfklswaxR863HZUiN1E8be8XYgE6MjnHoVlsO/pOD3avB3dNDlw==
-----END PUBLIC KEY-----
)";

/// An operator, and the clinic `sakura` with a key of three algorithms.
struct keys {
  token_key operator_key = *token_key::secret(key_id{"operator-1"}, std::string(32, 'o'));
  token_key shared = *token_key::secret(key_id{"shared"}, std::string(32, 's'));
  token_key edwards = *token_key::private_pem(key_id{"edwards"}, key_algorithm::eddsa, edwards_pem);
  key_ring ring{operator_key};

  keys() {
    const clinic_id clinic{"sakura"};
    const sealing_key sealing{std::string(32, 'o')};
    const auto secret =
        prepare_signing_key(clinic, {key_id{"shared"}, "HS256", base64url_encode(std::string(32, 's'))}, sealing);
    clinic_credentials given{
        {*secret, {key_id{"edwards"}, "EdDSA", edwards_public_pem}, {key_id{"curve"}, "ES256", curve_public_pem}},
        {},
        {{person_id{"p-revoked"}, now}}};
    invariant(ring.set_clinic(clinic, given, sealing).empty(), "a key of the test cannot be read");
  }

  const token_key& chosen(uint8_t byte) const {
    const std::array<const token_key*, 3> all{&shared, &operator_key, &edwards};
    return *all[byte % all.size()];
  }
};

const keys& held() {
  static const keys instance;
  return instance;
}

std::optional<token_claims> accepted(std::string_view text) {
  const auto result = verify_token(text, held().ring, now, token_rules{});
  const auto* claims = std::get_if<token_claims>(&result);
  return claims ? std::optional{*claims} : std::nullopt;
}

void check_claims(const token_claims& x) {
  const token_rules rules;
  const bool by_operator = x.key == held().operator_key.id();
  invariant(x.role != role::operator_ || by_operator, "a clinic's key makes an operator");
  invariant(x.role == role::operator_ || x.clinic == clinic_id{"sakura"} || by_operator, "a token for another clinic");
  invariant(x.expires_at + rules.leeway > now, "a token that is over");
  invariant(x.issued_at <= now, "a token that is issued later");
  invariant(x.person != person_id{"p-revoked"} || x.issued_at > now, "a token of a revoked person");
  invariant(is_valid_id(x.person.value) && (x.clinic.empty() || is_valid_id(x.clinic.value)), "an id that is none");
  invariant(!x.room || is_valid_id(x.room->value), "a room that is none");
}

/// The same claims signed by us are read as the same.
void check_round_trip(const token_claims& x) {
  const auto& key = x.key == held().operator_key.id() ? held().operator_key : held().shared;
  auto given = x;
  given.issued_at = now;
  given.expires_at = now + milliseconds{3'600'000};
  given.key = key.id();
  const auto text = mint_token(given, key);
  invariant(text.engaged(), "claims that cannot be signed");
  auto again = accepted(*text);
  invariant(again.has_value(), "claims that pass once and not again");
  again->issued_at = now;
  invariant(*again == given, "claims that come back as others");
}

/// One character changed, and the token is void.
void check_tampering(std::string text, uint8_t where) {
  auto& character = text[where * 7919U % text.size()];
  character = character == 'A' ? 'B' : 'A';
  invariant(!accepted(text), "a token that somebody changed");
}

} // namespace

void tokens(std::string_view input) {
  const auto byte = take_byte(input);
  if ((byte & 1U) != 0) {
    if (const auto claims = accepted(input))
      check_claims(*claims);
    return;
  }
  const auto& key = held().chosen(byte / 2);
  const auto end = std::min(input.find('\n'), input.size());
  auto text =
      base64url_encode(input.substr(0, end)) + '.' + base64url_encode(input.substr(std::min(end + 1, input.size())));
  text += '.' + base64url_encode(*key.sign(text));
  const auto claims = accepted(text);
  if (!claims)
    return;
  invariant(claims->key == key.id(), "a token signed by another key than it names");
  check_claims(*claims);
  check_round_trip(*claims);
  check_tampering(text, byte);
}

} // namespace machiai::fuzz
