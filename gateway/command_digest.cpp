#include "gateway/command_digest.hpp"

#include "config/error.hpp"
#include "store/enum_words.hpp"
#include "store/json_encode.hpp"

#include <cstring>

namespace machiai {

namespace {

std::string canonical_text(const addressed_command& x) {
  return std::visit(
      [](const auto& command) {
        if constexpr (requires { command.value; })
          return std::visit([](const auto& what) { return encode_json(what); }, command.value);
        else
          return encode_json(command);
      },
      x.what);
}

} // namespace

uint64_t command_digest(const token_key& key, const token_claims& by, command_kind kind, std::string_view canonical) {
  // Words and ids hold no slash, so no two requests share this text.
  std::string text = "command/";
  text.append(word_of(kind)).append("/").append(word_of(by.role)).append("/").append(by.clinic.value);
  text.append("/").append(canonical);
  const auto signature = key.sign(text);
  invariant(signature && signature->size() >= sizeof(uint64_t), "the operator's key signs");
  uint64_t result = 0;
  std::memcpy(&result, signature->data(), sizeof result);
  return result == 0 ? 1 : result;
}

uint64_t command_digest(const token_key& key, const token_claims& by, const addressed_command& x) {
  return command_digest(key, by, x.kind, canonical_text(x));
}

} // namespace machiai
