#include "actors/answer_book.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace machiai;

namespace {

command_origin asked(const char* id, uint64_t digest) {
  return {{}, command_id{id}, {role::staff, person_id{"s1"}}, digest};
}

answer_record answer_to(const command_origin& origin) {
  return {origin.who.id, origin.command, timestamp{1000}, 3, "{}", origin.digest};
}

} // namespace

TEST_CASE("answer book: an id is reused when something else was asked under it, answered or not") {
  answer_book book(16, milliseconds{60'000});
  CHECK_FALSE(book.is_reused(asked("k", 1)));
  CHECK(book.begin(asked("k", 1), {}));
  CHECK_FALSE(book.is_reused(asked("k", 1)));
  CHECK(book.is_reused(asked("k", 2)));
  book.remember(answer_to(asked("k", 1)));
  CHECK_FALSE(book.begin(asked("k", 2), {}));
  CHECK(book.is_reused(asked("k", 2)));
  CHECK_FALSE(book.is_reused(asked("k", 1)));
}

TEST_CASE("answer book: what was asked is remembered with the answer, and unknown compares with nothing") {
  answer_book book(16, milliseconds{60'000});
  book.remember(answer_to(asked("old", 0)));
  book.remember(answer_to(asked("new", 5)));
  CHECK_FALSE(book.is_reused(asked("old", 7)));
  CHECK_FALSE(book.is_reused(asked("new", 0)));
  auto used = book.commands_of(person_id{"s1"});
  std::sort(used.begin(), used.end(), [](const auto& x, const auto& y) { return x.command < y.command; });
  CHECK(used == std::vector<used_command>{{command_id{"new"}, 5}, {command_id{"old"}, 0}});
  answer_book again(16, milliseconds{60'000});
  for (const auto& x : book.all())
    again.remember(x);
  CHECK(again.is_reused(asked("new", 6)));
}
