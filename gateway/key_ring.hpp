#pragma once

#include "gateway/token_key.hpp"
#include "store/ids.hpp"
#include "store/records.hpp"
#include "store/timestamp.hpp"

#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace machiai {

class sealing_key;

/// What a clinic registered and revoked, as its events say it.
struct clinic_credentials {
  std::vector<signing_key> keys;
  std::vector<key_id> revoked_keys;
  /// Tokens of these persons that were issued up to the time are void.
  std::map<person_id, timestamp> revoked_persons;
};

/// The keys that tokens are checked against: the operator's, and those of the clinics that are open here. Belongs to
/// one thread.
class key_ring {
public:
  explicit key_ring(token_key operator_key);

  /// Replaces what is known of a clinic. HS256 secrets are opened with `sealing`. A key that cannot be read is left out
  /// and named in the result: its tokens fail, the clinic's others go on.
  std::vector<key_id> set_clinic(const clinic_id& clinic, const clinic_credentials& given, const sealing_key& sealing);

  void forget_clinic(const clinic_id& clinic);

  bool knows(const clinic_id& clinic) const { return clinics_.contains(clinic); }

  const token_key& operator_key() const noexcept { return operator_key_; }

  bool is_operator_key(const key_id& key) const noexcept { return key == operator_key_.id(); }

  /// The operator's key by its id, else the clinic's of that id, revoked ones too; null when there is none. The
  /// operator's id wins, so a clinic cannot shadow it. Valid until the clinic is set or forgotten.
  const token_key* find(const clinic_id& clinic, const key_id& key) const;

  bool is_revoked(const clinic_id& clinic, const key_id& key) const;
  bool is_revoked(const clinic_id& clinic, const person_id& person, timestamp issued_at) const;

private:
  struct clinic_keys {
    std::map<key_id, token_key> keys;
    std::set<key_id> revoked_keys;
    std::map<person_id, timestamp> revoked_persons;
  };

  const clinic_keys* of(const clinic_id& clinic) const;

  token_key operator_key_;
  std::map<clinic_id, clinic_keys> clinics_;
};

/// Checks a key before it is registered and gives it the form in which it is stored: `material` is a PEM public key, or
/// for HS256 a base64url secret, which comes back sealed. Error: `ec::out_of_range`.
caf::expected<signing_key> prepare_signing_key(const clinic_id& clinic, signing_key given, const sealing_key& sealing);

} // namespace machiai
