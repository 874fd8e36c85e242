#include "config/error.hpp"
#include "gateway/sealing.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("sealing: a secret comes back and never shows") {
  const sealing_key key{std::string(32, 'o')};
  for (const size_t length : {0u, 1u, 32u, 512u}) {
    const std::string secret(length, 's');
    const auto sealed = key.seal(clinic_id{"c"}, key_id{"k"}, secret);
    CHECK(sealed.starts_with("v1."));
    CHECK((length < 32 || sealed.find(secret) == std::string::npos));
    CHECK(sealed == key.seal(clinic_id{"c"}, key_id{"k"}, secret));
    CHECK(sealed.substr(0, 19) != key.seal(clinic_id{"c"}, key_id{"l"}, secret).substr(0, 19));
    CHECK(sealed.substr(0, 19) != key.seal(clinic_id{"c"}, key_id{"k"}, secret + 's').substr(0, 19));
    const auto opened = key.open(clinic_id{"c"}, key_id{"k"}, sealed);
    REQUIRE(opened);
    CHECK(*opened == secret);
    CHECK(*sealing_key{std::string(32, 'o')}.open(clinic_id{"c"}, key_id{"k"}, sealed) == secret);
  }
}

TEST_CASE("sealing: another clinic, name or operator, and any changed character, keep it shut") {
  const sealing_key key{std::string(32, 'o')};
  const auto sealed = key.seal(clinic_id{"c"}, key_id{"k"}, "secret");
  const auto shut = [](const caf::expected<std::string>& opened) {
    return !opened && code_of(opened.error()) == ec::store_damaged;
  };
  CHECK(shut(key.open(clinic_id{"d"}, key_id{"k"}, sealed)));
  CHECK(shut(key.open(clinic_id{"c"}, key_id{"l"}, sealed)));
  CHECK(shut(sealing_key{std::string(32, 'p')}.open(clinic_id{"c"}, key_id{"k"}, sealed)));
  CHECK(shut(key.open(clinic_id{"c"}, key_id{"k"}, "")));
  CHECK(shut(key.open(clinic_id{"c"}, key_id{"k"}, "v1.")));
  CHECK(shut(key.open(clinic_id{"c"}, key_id{"k"}, "v2." + sealed.substr(3))));
  for (size_t i = 3; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_MESSAGE(shut(key.open(clinic_id{"c"}, key_id{"k"}, changed)), i);
    CHECK(shut(key.open(clinic_id{"c"}, key_id{"k"}, sealed.substr(0, i))));
  }
}
