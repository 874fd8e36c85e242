#include "gateway/base64url.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace machiai;

TEST_CASE("base64url: agrees with RFC 4648 section 10, less the padding") {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xfe", "_-_-"}};
  for (const auto& [bytes, text] : rows) {
    CHECK(base64url_encode(bytes) == text);
    CHECK(base64url_decode(text) == std::string{bytes});
  }
}

TEST_CASE("base64url: anything else is refused") {
  for (const auto* text :
       {"Z", "Zm9vY", "Zg==", "Zg=", "Zm8=", "Zm+v", "Zm/v", "Zm 9", "Zm9v\n", ".", "Zh", "Zm9", "_x"})
    CHECK_MESSAGE(!base64url_decode(text), text);
  CHECK_FALSE(base64url_decode(std::string_view{"Zm\0v", 4}));
  CHECK_FALSE(base64url_decode("Zm\xc3\xa9"));
}

TEST_CASE("base64url: every byte string has one text and comes back") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (size_t length = 0; length < 200; ++length) {
    std::string bytes(length, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random());
    const auto text = base64url_encode(bytes);
    REQUIRE(base64url_decode(text) == bytes);
    REQUIRE(text.find('=') == std::string::npos);
  }
}
