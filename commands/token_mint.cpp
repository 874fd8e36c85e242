#include "commands/token_mint.hpp"

#include "config/error.hpp"
#include "config/load_settings.hpp"
#include "config/wall_clock.hpp"
#include "gateway/jwt.hpp"
#include "gateway/operator_key.hpp"

#include <stdexcept>

namespace machiai {

caf::expected<token_mint> token_mint::of_operator(const std::string& config_file, const std::string& store_url,
                                                  milliseconds lifetime) {
  const auto config = load_settings(config_file);
  if (!config)
    return config.error();
  const auto& store = store_url.empty() ? config->store.url : store_url;
  const auto& named = config->token.operator_key_file;
  auto key = load_operator_key(named.empty() ? default_operator_key_file(store) : named);
  if (!key)
    return key.error();
  return token_mint{std::move(key->signing), lifetime};
}

std::string token_mint::make(const token_wish& wish) const {
  const timestamp now{system_wall_clock().now_ms()};
  token_claims claims;
  claims.role = wish.role;
  claims.clinic = wish.clinic;
  claims.person = wish.person;
  claims.room = wish.room;
  claims.display_name = wish.display_name;
  claims.issued_at = now;
  claims.expires_at = now + lifetime_;
  auto token = mint_token(claims, key_);
  if (!token)
    throw std::runtime_error("cannot sign a token: " + message_of(token.error()));
  return std::move(*token);
}

} // namespace machiai
