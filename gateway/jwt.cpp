#include "gateway/jwt.hpp"

#include "config/fixed_limits.hpp"
#include "gateway/base64url.hpp"
#include "gateway/display_name.hpp"
#include "store/enum_words.hpp"
#include "store/repeated_key.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace machiai {

namespace {

namespace json = boost::json;

constexpr size_t json_depth_max = 4;
/// RFC 7519 numbers are seconds; past this year 9999 is over.
constexpr double seconds_max = 253'402'300'799.0;

std::optional<json::object> read_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::error_code error;
  auto value = json::parse(text, error, {}, options);
  // RFC 7515 section 4: a name that comes twice is to be refused.
  if (error || !value.is_object() || repeated_key(text))
    return std::nullopt;
  return std::move(value.as_object());
}

/// The member as text; nothing when it is absent or something else.
std::optional<std::string_view> text_in(const json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  if (!member || !member->is_string())
    return std::nullopt;
  return std::string_view{member->get_string()};
}

template <class Id>
std::optional<Id> id_in(const json::object& object, std::string_view name) {
  const auto text = text_in(object, name);
  if (!text || !is_valid_id(*text))
    return std::nullopt;
  return Id{std::string{*text}};
}

/// A NumericDate, which may have decimals.
std::optional<timestamp> time_in(const json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  if (!member || !member->is_number())
    return std::nullopt;
  const auto seconds = member->to_number<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > seconds_max)
    return std::nullopt;
  return timestamp{static_cast<int64_t>(std::floor(seconds * 1000.0))};
}

bool read_header(std::string_view text, unverified_token& token) {
  const auto header = read_object(text);
  if (!header)
    return false;
  const auto word = text_in(*header, "alg");
  const auto algorithm = word ? key_algorithm_of(*word) : std::nullopt;
  const auto key = id_in<key_id>(*header, "kid");
  const bool typed = !header->contains("typ") || text_in(*header, "typ") == "JWT";
  if (!algorithm || !key || !typed || header->contains("crit"))
    return false;
  token.algorithm = *algorithm;
  token.claims.key = *key;
  return true;
}

bool is_our_name(const json::value& value) {
  return value.is_string() && value.get_string() == token_audience;
}

bool is_meant_for_us(const json::object& payload) {
  const auto* audience = payload.if_contains("aud");
  if (!audience)
    return true;
  const auto* list = audience->if_array();
  return list ? std::any_of(list->begin(), list->end(), is_our_name) : is_our_name(*audience);
}

bool read_who(const json::object& payload, token_claims& claims) {
  const auto word = text_in(payload, "role");
  const auto role = word ? enum_of<machiai::role>(*word) : std::nullopt;
  const auto person = id_in<person_id>(payload, "sub");
  const auto clinic = id_in<clinic_id>(payload, "clinic");
  if (!role || *role == role::engine || !person)
    return false;
  if (!clinic && (payload.contains("clinic") || *role != role::operator_))
    return false;
  claims.role = *role;
  claims.person = *person;
  claims.clinic = clinic.value_or(clinic_id{});
  if (payload.contains("room") && !(claims.room = id_in<room_id>(payload, "room")))
    return false;
  if (payload.contains("name")) {
    const auto name = text_in(payload, "name");
    claims.display_name = name ? read_display_name(*name) : std::nullopt;
    if (!claims.display_name)
      return false;
  }
  return true;
}

bool read_payload(std::string_view text, unverified_token& token) {
  const auto payload = read_object(text);
  if (!payload || !is_meant_for_us(*payload) || !read_who(*payload, token.claims))
    return false;
  const auto expires_at = time_in(*payload, "exp");
  const auto issued_at = time_in(*payload, "iat");
  const auto not_before = time_in(*payload, "nbf");
  if (!expires_at || (payload->contains("iat") && !issued_at) || (payload->contains("nbf") && !not_before))
    return false;
  token.claims.expires_at = *expires_at;
  token.claims.issued_at = issued_at.value_or(timestamp{});
  token.not_before = not_before.value_or(timestamp{});
  return true;
}

std::optional<auth_failure> judge_times(const unverified_token& token, timestamp now, const token_rules& rules) {
  const auto& claims = token.claims;
  if (claims.expires_at + rules.leeway <= now)
    return auth_failure::expired;
  if (token.not_before > now + rules.leeway || claims.issued_at > now + rules.leeway)
    return auth_failure::not_yet_valid;
  // A token that does not say when it was issued is measured from now.
  const auto from = claims.issued_at.ms > 0 ? claims.issued_at : now;
  if (claims.expires_at - from > rules.lifetime_max)
    return auth_failure::lives_too_long;
  return std::nullopt;
}

/// What can be relied on: a clinic's clock may be ahead, and no token is older than its first use.
timestamp earliest_issue(const token_claims& claims, milliseconds ahead, timestamp now) {
  return std::min(claims.issued_at - ahead, now);
}

int64_t seconds_of(timestamp at) {
  return at.ms / 1000;
}

} // namespace

std::variant<unverified_token, auth_failure> read_token(std::string_view text) {
  if (text.size() > fixed::token_bytes_max)
    return auth_failure::malformed;
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos)
    return auth_failure::malformed;
  // A third dot ends up in the signature, where the decoder refuses it.
  const auto header = base64url_decode(text.substr(0, first));
  const auto payload = base64url_decode(text.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(text.substr(second + 1));
  if (!header || !payload || !signature || signature->empty())
    return auth_failure::malformed;
  unverified_token token;
  if (!read_header(*header, token))
    return auth_failure::malformed;
  if (!read_payload(*payload, token))
    return auth_failure::wrong_claims;
  token.signed_part = text.substr(0, second);
  token.signature = std::move(*signature);
  return token;
}

std::variant<token_claims, auth_failure> verify_token(const unverified_token& token, const key_ring& ring,
                                                      timestamp now, const token_rules& rules) {
  const auto& claims = token.claims;
  const auto* key = ring.find(claims.clinic, claims.key);
  // A revoked key's material is forgotten with it, so there is no signature left to check.
  if (!key)
    return ring.is_revoked(claims.clinic, claims.key) ? auth_failure::key_revoked : auth_failure::unknown_key;
  if (key->algorithm() != token.algorithm)
    return auth_failure::wrong_algorithm;
  if (!key->verifies(token.signed_part, token.signature))
    return auth_failure::wrong_signature;
  if (ring.is_revoked(claims.clinic, claims.key))
    return auth_failure::key_revoked;
  if (claims.role == role::operator_ && !ring.is_operator_key(claims.key))
    return auth_failure::not_allowed;
  if (const auto failure = judge_times(token, now, rules))
    return *failure;
  auto accepted = claims;
  accepted.issued_at = earliest_issue(claims, ring.is_operator_key(claims.key) ? milliseconds{0} : rules.leeway, now);
  if (ring.is_revoked(claims.clinic, claims.person, accepted.issued_at))
    return auth_failure::person_revoked;
  return accepted;
}

std::variant<token_claims, auth_failure> verify_token(std::string_view text, const key_ring& ring, timestamp now,
                                                      const token_rules& rules) {
  const auto token = read_token(text);
  if (const auto* failure = std::get_if<auth_failure>(&token))
    return *failure;
  return verify_token(std::get<unverified_token>(token), ring, now, rules);
}

caf::expected<std::string> mint_token(const token_claims& claims, const token_key& key) {
  const json::object header{{"alg", word_of(key.algorithm())}, {"typ", "JWT"}, {"kid", key.id().value}};
  json::object payload{{"aud", token_audience}, {"sub", claims.person.value}, {"role", word_of(claims.role)}};
  if (!claims.clinic.empty())
    payload["clinic"] = claims.clinic.value;
  if (claims.room)
    payload["room"] = claims.room->value;
  if (claims.display_name)
    payload["name"] = *claims.display_name;
  payload["iat"] = seconds_of(claims.issued_at);
  payload["exp"] = seconds_of(claims.expires_at);
  auto text = base64url_encode(json::serialize(header)) + '.' + base64url_encode(json::serialize(payload));
  auto signature = key.sign(text);
  if (!signature)
    return signature.error();
  return text + '.' + base64url_encode(*signature);
}

} // namespace machiai
