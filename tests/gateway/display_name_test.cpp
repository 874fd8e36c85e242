#include "config/error.hpp"
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
    CHECK(read_display_name(name) == name);
  CHECK_FALSE(read_display_name(hundred + "a"));
  // A kanji's variant, a letter with three marks, joiners where Persian and Hindi write them.
  for (const std::string name : {"葛\U000E0100城", "Nguy\u1ec5\u0302\u0301n", "نیک\u200cنام", "क\u094d\u200dष"})
    CHECK_MESSAGE(read_display_name(name), name);
}

TEST_CASE("display name: nothing that hides, turns or breaks a line passes") {
  for (const std::string name :
       {"",      " ",       " a",       "a ",           "\u3000a",          "a\nb",     "a\tb",
        "a\x7f", "a\u0085", "a\u2028b", "a\u202eb",     "a\u2066b",         "a\u200fb", "\ufeffa",
        "\xff",  "a\xc3",   "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe3\x81"})
    CHECK_FALSE_MESSAGE(read_display_name(name), name);
  for (const std::string name :
       {"\u200b", "a\u200bb", "\u200d", "\u2060", "a\u00adb", "\u3164", "\u2800", "\u115f\u1160", "\uffa0", "a\u061cb",
        "a\U000E0041", "a\uffff", "a\ufdd0", "\u0301", "a\u0315\u0300\u0315\u0300\u0315\u0300"})
    CHECK_FALSE_MESSAGE(read_display_name(name), name);
  CHECK_FALSE(read_display_name(std::string_view{"a\0b", 3}));
}

TEST_CASE("display name: one name has one form, however it was typed") {
  CHECK(read_display_name("e\u0301") == "\u00e9");
  CHECK(read_display_name("か\u3099") == "が");
  // Three jamo of one syllable.
  CHECK(read_display_name("\u1112\u1161\u11ab") == "한");
  // Half-width and compatibility forms are other characters: NFC, not NFKC.
  CHECK(read_display_name("ｶﾞ") == "ｶﾞ");
}

TEST_CASE("display name: characters count in the form that is kept") {
  std::string typed;
  std::string kept;
  for (int i = 0; i < 100; ++i) {
    typed += "か\u3099";
    kept += "が";
  }
  CHECK(read_display_name(typed) == kept);
  CHECK_FALSE(read_display_name(typed + "a"));
  std::string marks = "a";
  for (int i = 0; i < 20'000; ++i)
    marks += i % 2 == 0 ? "\u0315" : "\u0300";
  CHECK_FALSE(read_display_name(marks));
}

TEST_CASE("display name: a field says its own name when it cannot hold the text") {
  std::string name = "e\u0301";
  CHECK_FALSE(tidy_display_name(name, "kana"));
  CHECK(name == "\u00e9");
  name = "a\nb";
  const auto why = tidy_display_name(name, "kana");
  CHECK(code_of(why) == ec::out_of_range);
  CHECK(message_of(why).starts_with("kana: "));
  CHECK(message_of(why).find("a\nb") == std::string::npos);
}
