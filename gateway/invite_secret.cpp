#include "gateway/invite_secret.hpp"

#include "config/error.hpp"
#include "gateway/base64url.hpp"
#include "store/hash_chain.hpp"
#include "store/json_encode.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace machiai {

namespace {

std::string sha256(std::string_view text) {
  std::array<char, 32> out{};
  unsigned int size = 0;
  const auto done =
      EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &size, EVP_sha256(), nullptr);
  invariant(done == 1 && size == out.size(), "SHA-256 is always there");
  return {out.data(), out.size()};
}

} // namespace

std::string secret_hash(std::string_view secret) {
  digest hash{};
  const auto bytes = sha256(secret);
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return to_hex(hash);
}

std::optional<person_id> guest_of(const invite_id& invite) {
  auto id = "g-" + invite.value;
  return is_valid_id(id) ? std::optional{person_id{std::move(id)}} : std::nullopt;
}

made_invite make_invite(const token_key& key, const clinic_id& clinic, const person_id& inviter,
                        const command_id& command, const invite_wish& wish) {
  // Ids hold no slash, so no two commands share this text.
  const auto signed_text = "invite/" + clinic.value + '/' + wish.room.value + '/' + inviter.value + '/' + command.value;
  const auto signature = key.sign(signed_text);
  invariant(static_cast<bool>(signature), "the operator's key signs");
  const auto secret = base64url_encode(*signature);
  const invite_id invite{base64url_encode(sha256("id/" + *signature)).substr(0, 22)};
  made_invite result;
  result.command = {wish.room, wish.party, wish.display_name, invite, *guest_of(invite), secret_hash(secret)};
  auto& out = result.answer_members;
  const auto add = [&out](std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
  };
  add("invite", invite.value);
  add("person", result.command.person.value);
  add("secret", secret);
  add("path", "/g/" + clinic.value + '/' + wish.room.value + '#' + invite.value + '.' + secret);
  return result;
}

} // namespace machiai
