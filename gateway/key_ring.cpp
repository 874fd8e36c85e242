#include "gateway/key_ring.hpp"

#include "config/error.hpp"
#include "gateway/base64url.hpp"
#include "gateway/sealing.hpp"

namespace machiai {

namespace {

caf::expected<token_key> open_key(const clinic_id& clinic, const signing_key& stored, const sealing_key& sealing) {
  const auto algorithm = key_algorithm_of(stored.algorithm);
  if (!algorithm)
    return make_error(ec::unknown_command, "no such algorithm");
  if (*algorithm != key_algorithm::hs256)
    return token_key::public_pem(stored.key, *algorithm, stored.material);
  auto secret = sealing.open(clinic, stored.key, stored.material);
  if (!secret)
    return secret.error();
  return token_key::secret(stored.key, *secret);
}

} // namespace

key_ring::key_ring(token_key operator_key) : operator_key_(std::move(operator_key)) {}

std::vector<key_id> key_ring::set_clinic(const clinic_id& clinic, const clinic_credentials& given,
                                         const sealing_key& sealing) {
  clinic_keys next;
  std::vector<key_id> unreadable;
  for (const auto& stored : given.keys) {
    auto key = open_key(clinic, stored, sealing);
    if (key)
      next.keys.insert_or_assign(stored.key, std::move(*key));
    else
      unreadable.push_back(stored.key);
  }
  next.revoked_keys.insert(given.revoked_keys.begin(), given.revoked_keys.end());
  next.revoked_persons = given.revoked_persons;
  clinics_.insert_or_assign(clinic, std::move(next));
  return unreadable;
}

void key_ring::forget_clinic(const clinic_id& clinic) {
  clinics_.erase(clinic);
}

const key_ring::clinic_keys* key_ring::of(const clinic_id& clinic) const {
  const auto found = clinics_.find(clinic);
  return found == clinics_.end() ? nullptr : &found->second;
}

const token_key* key_ring::find(const clinic_id& clinic, const key_id& key) const {
  if (is_operator_key(key))
    return &operator_key_;
  const auto* keys = of(clinic);
  if (!keys)
    return nullptr;
  const auto found = keys->keys.find(key);
  return found == keys->keys.end() ? nullptr : &found->second;
}

bool key_ring::is_revoked(const clinic_id& clinic, const key_id& key) const {
  const auto* keys = of(clinic);
  return keys && !is_operator_key(key) && keys->revoked_keys.contains(key);
}

bool key_ring::is_revoked(const clinic_id& clinic, const person_id& person, timestamp issued_at) const {
  const auto* keys = of(clinic);
  if (!keys)
    return false;
  const auto found = keys->revoked_persons.find(person);
  return found != keys->revoked_persons.end() && issued_at <= found->second;
}

caf::expected<signing_key> prepare_signing_key(const clinic_id& clinic, signing_key given, const sealing_key& sealing) {
  const auto algorithm = key_algorithm_of(given.algorithm);
  if (!algorithm)
    return make_error(ec::out_of_range, "algorithm must be HS256, RS256, ES256 or EdDSA");
  if (*algorithm != key_algorithm::hs256) {
    const auto key = token_key::public_pem(given.key, *algorithm, given.material);
    return key ? caf::expected<signing_key>{std::move(given)} : key.error();
  }
  const auto secret = base64url_decode(given.material);
  if (!secret)
    return make_error(ec::out_of_range, "a HS256 secret is base64url without padding");
  if (const auto key = token_key::secret(given.key, *secret); !key)
    return key.error();
  given.material = sealing.seal(clinic, given.key, *secret);
  return given;
}

} // namespace machiai
