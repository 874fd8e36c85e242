#include "config/error.hpp"

#include <caf/sec.hpp>
#include <doctest/doctest.h>

#include <algorithm>

using namespace machiai;

TEST_CASE("error: its message is what it was made with, and its code stands apart") {
  const auto error = make_error(ec::not_found, "there is no such room");
  CHECK(code_of(error) == ec::not_found);
  CHECK(message_of(error) == "there is no such room");
}

TEST_CASE("error: one that says nothing or comes from elsewhere is an internal one") {
  for (const auto& error : {caf::error{}, caf::make_error(caf::sec::request_timeout)}) {
    CHECK(code_of(error) == ec::internal);
    CHECK(message_of(error) == describe(ec::internal));
  }
}

TEST_CASE(
    "error: a client learns what a refusal says, but of the store, the settings and the system only that they fail") {
  const auto inner = {ec::store_unavailable, ec::stale_epoch,    ec::store_version, ec::store_damaged,
                      ec::bad_setting,       ec::system_failure, ec::internal};
  for (const auto code : inner)
    CHECK(public_message_of(make_error(code, "sqlite:/var/lib/machiai.db: cannot commit")) == describe(code));
  for (uint8_t i = 1; i <= static_cast<uint8_t>(last_error_code); ++i)
    if (const auto code = static_cast<ec>(i); std::ranges::find(inner, code) == inner.end())
      CHECK(public_message_of(make_error(code, "there is no such room")) == "there is no such room");
}

TEST_CASE("error: codes have words of their own, and one without a message says what its code means") {
  for (uint8_t i = 1; i <= static_cast<uint8_t>(last_error_code); ++i) {
    const auto code = static_cast<ec>(i);
    CAPTURE(to_string(code));
    CHECK(code_of(caf::error{code}) == code);
    CHECK(message_of(caf::error{code}) == describe(code));
    for (uint8_t other = 1; other < i; ++other)
      CHECK(to_string(static_cast<ec>(other)) != to_string(code));
  }
}
