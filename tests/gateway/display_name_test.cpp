#include "gateway/display_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace machiai;

TEST_CASE("display name: names of people are accepted, counted in characters") {
  std::string hundred;
  for (int i = 0; i < 100; ++i)
    hundred += "待";
  for (const auto& name :
       {std::string{"山田 花子"}, std::string{"O'Brien-Žižek"}, std::string{"𠮷野家 太郎"}, std::string{"a"}, hundred})
    CHECK_MESSAGE(is_valid_display_name(name), name);
  CHECK_FALSE(is_valid_display_name(hundred + "a"));
}

TEST_CASE("display name: nothing that hides, turns or breaks a line passes") {
  for (const std::string name :
       {"",      " ",       " a",       "a ",           "\u3000a",          "a\nb",     "a\tb",
        "a\x7f", "a\u0085", "a\u2028b", "a\u202eb",     "a\u2066b",         "a\u200fb", "\ufeffa",
        "\xff",  "a\xc3",   "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe3\x81"})
    CHECK_FALSE(is_valid_display_name(name));
  CHECK_FALSE(is_valid_display_name(std::string_view{"a\0b", 3}));
}
