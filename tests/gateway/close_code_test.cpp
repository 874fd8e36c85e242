#include "gateway/close_code.hpp"
#include "metrics/state_labels.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("close code: what waiting mends closes with a code to come back after, what it does not mend with no such") {
  for (uint8_t i = 1; i <= static_cast<uint8_t>(last_error_code); ++i) {
    const auto code = static_cast<ec>(i);
    CAPTURE(to_string(code));
    if (retryable(code))
      CHECK(static_cast<unsigned>(close_code_of(code)) / 100 == 41);
  }
  CHECK(close_code_of(ec::rate_limited) == close_code::unavailable);
  for (const auto code :
       {ec::unauthenticated, ec::token_expired, ec::revoked, ec::forbidden, ec::removed, ec::malformed})
    CHECK(static_cast<unsigned>(close_code_of(code)) / 100 == 42);
}

TEST_CASE("close code: whatever the engine closes with is counted under its own number") {
  for (uint8_t i = 1; i <= static_cast<uint8_t>(last_error_code); ++i) {
    const auto code = static_cast<unsigned>(close_code_of(static_cast<ec>(i)));
    CHECK(label_word(close_label_of(code)) == std::to_string(code));
  }
  for (uint8_t i = 0; i <= static_cast<uint8_t>(transport_fault::binary_message); ++i) {
    const auto code = close_for(static_cast<transport_fault>(i)).code;
    CHECK(label_word(close_label_of(code)) == std::to_string(code));
  }
  for (const auto code : {close_code::restarting, close_code::no_hello, close_code::silent})
    CHECK(label_word(close_label_of(static_cast<unsigned>(code))) == std::to_string(static_cast<unsigned>(code)));
}
