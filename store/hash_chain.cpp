#include "store/hash_chain.hpp"

#include "config/error.hpp"

#include <openssl/evp.h>

#include <memory>

namespace machiai {

namespace {

struct context_deleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// OpenSSL's context and the encoded fields, kept per thread: fetching the algorithm for each event costs more than
/// hashing it.
struct hasher {
  std::unique_ptr<EVP_MD_CTX, context_deleter> context{EVP_MD_CTX_new()};
  std::string fields;

  hasher() { invariant(context && EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) == 1, "SHA-256 starts"); }

  void put_length(size_t length) {
    invariant(length <= UINT32_MAX, "a hashed field is shorter than 4 GiB");
    for (auto shift = 24; shift >= 0; shift -= 8)
      fields += static_cast<char>(length >> shift);
  }

  void put(std::string_view text) {
    put_length(text.size());
    fields += text;
  }

  void put(uint64_t number) {
    put_length(sizeof(number));
    for (auto shift = 56; shift >= 0; shift -= 8)
      fields += static_cast<char>(number >> shift);
  }

  digest finish() {
    digest value{};
    auto length = static_cast<unsigned>(value.size());
    // A null type resets the context for the algorithm it already holds.
    const auto done = EVP_DigestInit_ex2(context.get(), nullptr, nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), fields.data(), fields.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), value.data(), &length) == 1;
    invariant(done && length == value.size(), "SHA-256 ends");
    return value;
  }
};

} // namespace

digest chain(const digest& previous, const event_record& record) {
  thread_local hasher sha;
  sha.fields.assign(reinterpret_cast<const char*>(previous.data()), previous.size());
  sha.put(record.clinic.value);
  sha.put(record.seq);
  sha.put(uint64_t{record.epoch});
  sha.put(static_cast<uint64_t>(record.at.ms));
  sha.put(record.kind);
  sha.put(record.room.value);
  sha.put(record.subject.value);
  sha.put(record.author);
  sha.put(record.body);
  return sha.finish();
}

std::string to_hex(const digest& value) {
  constexpr auto digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * value.size());
  for (const auto byte : value) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<digest> digest_from_hex(std::string_view text) {
  digest value{};
  if (text.size() != 2 * value.size())
    return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto place = std::string_view{"0123456789abcdef"}.find(text[i]);
    if (place == std::string_view::npos)
      return std::nullopt;
    value[i / 2] = static_cast<uint8_t>(value[i / 2] << 4 | place);
  }
  return value;
}

} // namespace machiai
