#include "actors/answer_text.hpp"
#include "config/error.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("answer text: a yes says from where on it holds") {
  CHECK(accepted_text(7) == R"({"ok":true,"seq":7})");
  CHECK(is_acceptance(accepted_text(7)));
  CHECK_FALSE(refusal_in(accepted_text(7)));
}

TEST_CASE("answer text: a no names its code once and reads back as the error it was") {
  const auto text = refused_text(make_error(ec::room_locked, "the \"room\" is locked"));
  CHECK(text == R"({"ok":false,"error":{"code":"room_locked","message":"the \"room\" is locked","retryable":true}})");
  CHECK_FALSE(is_acceptance(text));
  const auto read = refusal_in(text);
  REQUIRE(read);
  CHECK(code_of(*read) == ec::room_locked);
  CHECK(message_of(*read) == "the \"room\" is locked");
}

TEST_CASE("answer text: a no of the store names neither path nor address") {
  const auto text = refused_text(make_error(ec::store_unavailable, "sqlite:/var/lib/machiai.db: cannot commit"));
  CHECK(text.find("machiai.db") == std::string::npos);
  CHECK(text.find(describe(ec::store_unavailable)) != std::string::npos);
}

TEST_CASE("answer text: what is no answer is a refusal of the engine's own") {
  for (const auto* text : {"", "[]", "{}", R"({"ok":false,"error":{"code":"unheard_of","message":""}})"}) {
    const auto read = refusal_in(text);
    REQUIRE(read);
    CHECK(code_of(*read) == ec::internal);
  }
}
