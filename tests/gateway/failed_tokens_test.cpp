#include "config/fixed_limits.hpp"
#include "gateway/failed_tokens.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("failed tokens: too many of one address put it to rest for a while, and no other") {
  failed_tokens failures(3);
  for (int i = 0; i < 3; ++i)
    failures.count("192.0.2.1", 1000);
  CHECK_FALSE(failures.is_blocked("192.0.2.1", 1000));
  failures.count("192.0.2.1", 1000);
  CHECK(failures.is_blocked("192.0.2.1", 1000));
  CHECK_FALSE(failures.is_blocked("192.0.2.2", 1000));
  CHECK(failures.is_blocked("192.0.2.1", 1000 + fixed::failing_address_rest_ms - 1));
  CHECK_FALSE(failures.is_blocked("192.0.2.1", 1000 + fixed::failing_address_rest_ms));
}

TEST_CASE("failed tokens: however many addresses fail, a bounded number is remembered") {
  failed_tokens failures(1);
  size_t most = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto address = std::to_string(i);
    failures.count(address, i);
    failures.count(address, i);
    CHECK(failures.is_blocked(address, i));
    most = std::max(most, failures.addresses());
  }
  CHECK(most <= fixed::failing_addresses_max);
}

TEST_CASE("failed tokens: who is at rest is not forgotten for newcomers while others can be") {
  failed_tokens failures(1);
  for (int i = 0; i < 4000; ++i)
    failures.count("old" + std::to_string(i), 0);
  failures.count("bad", 100'000);
  failures.count("bad", 100'000);
  for (int i = 0; i < 1000; ++i)
    failures.count("new" + std::to_string(i), 100'001);
  CHECK(failures.is_blocked("bad", 100'002));
}
