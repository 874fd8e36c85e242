#include "commands/text_table.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace machiai;

TEST_CASE("text table: width is what the terminal uses, not bytes or characters") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é") == 1);
  CHECK(display_width("山田 花子") == 9);
  CHECK(display_width("ｶﾅ") == 2);
  CHECK(display_width("カナ（全）") == 10);
  CHECK(display_width("か\xE3\x82\x99") == 2);
  CHECK(display_width("𠮷") == 2);
  CHECK(display_width("葛\xF3\xA0\x84\x80城") == 4);
}

TEST_CASE("text table: columns stand straight, right ones end together, nothing trails") {
  text_table table({"NAME", ">YEN", "NOTE"});
  table.add_row({"山田", "5", ""});
  table.add_row({"ab", "1000", "x"});
  std::ostringstream out;
  table.print(out, 1);
  CHECK(out.str() == " NAME   YEN  NOTE\n"
                     " 山田     5\n"
                     " ab    1000  x\n");
}

TEST_CASE("text table: a name cannot steer the terminal") {
  text_table table({"N"});
  table.add_row({"a\x1B[2Jb\n"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "N\na?[2Jb?\n");
}
