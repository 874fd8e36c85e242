#include "store/ids.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("ids: 1 to 64 letters, digits, dots, underscores and hyphens") {
  CHECK(is_valid_id("a"));
  CHECK(is_valid_id("Room-1.b_2"));
  CHECK(is_valid_id(std::string(64, 'x')));
  CHECK_FALSE(is_valid_id(""));
  CHECK_FALSE(is_valid_id("."));
  CHECK_FALSE(is_valid_id(".."));
  CHECK(is_valid_id("..."));
  CHECK(is_valid_id(".a"));
  CHECK_FALSE(is_valid_id(std::string(65, 'x')));
  for (const auto* text : {"a b", "a/b", "a:b", "é", "待合", "a\n", "a%", "a@b"})
    CHECK_FALSE_MESSAGE(is_valid_id(text), text);
  CHECK_FALSE(is_valid_id(std::string_view{"a\0b", 3}));
}
