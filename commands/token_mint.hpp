#pragma once

#include "gateway/claims.hpp"
#include "gateway/token_key.hpp"
#include "store/timestamp.hpp"

#include <caf/expected.hpp>

#include <optional>
#include <string>

namespace machiai {

/// Whom a token is for.
struct token_wish {
  machiai::role role = machiai::role::staff;
  /// Empty for an operator.
  clinic_id clinic;
  person_id person;
  std::optional<room_id> room;
  std::optional<std::string> display_name;
};

/// Makes tokens with one key, all valid for the same time from now on.
class token_mint {
public:
  token_mint(token_key key, milliseconds lifetime) : key_(std::move(key)), lifetime_(lifetime) {}

  /// The operator's mint of an engine: the key beside its store, or where the settings say, as `machiai token` uses it.
  /// An empty `store_url` takes the settings'. Error: what is wrong with settings or key file.
  static caf::expected<token_mint> of_operator(const std::string& config_file, const std::string& store_url,
                                               milliseconds lifetime);

  /// A token. Throws `std::runtime_error` when the key cannot sign, which a secret always can.
  std::string make(const token_wish& wish) const;

private:
  token_key key_;
  milliseconds lifetime_;
};

} // namespace machiai
