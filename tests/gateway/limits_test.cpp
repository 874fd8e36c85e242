#include "gateway/connection_limits.hpp"
#include "gateway/token_bucket.hpp"

#include <doctest/doctest.h>

#include <random>
#include <thread>
#include <vector>

using namespace machiai;

namespace {

address_key ipv4(uint8_t last) {
  const uint8_t bytes[] = {192, 0, 2, last};
  return address_key_of(bytes, sizeof bytes);
}

} // namespace

TEST_CASE("token bucket: a burst passes at once, then the rate") {
  token_bucket bucket(3, 1000);
  for (int i = 0; i < 3; ++i)
    CHECK(bucket.take(2, 3, 1000));
  CHECK_FALSE(bucket.take(2, 3, 1000));
  CHECK_FALSE(bucket.take(2, 3, 1499));
  CHECK(bucket.take(2, 3, 1500));
  CHECK_FALSE(bucket.take(2, 3, 1500));
  for (int i = 0; i < 3; ++i)
    CHECK(bucket.take(2, 3, 1'000'000));
  CHECK_FALSE(bucket.take(2, 3, 1'000'000));
}

TEST_CASE("token bucket: a clock that goes back refills nothing") {
  token_bucket bucket(1, 1000);
  CHECK(bucket.take(1, 1, 1000));
  CHECK_FALSE(bucket.take(1, 1, 0));
  CHECK_FALSE(bucket.take(1, 1, 1999));
  CHECK(bucket.take(1, 1, 2000));
}

TEST_CASE("token bucket: never more than burst plus rate times time, whatever the pattern") {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const uint32_t rate = 1 + static_cast<uint32_t>(random() % 100);
    const uint32_t burst = 1 + static_cast<uint32_t>(random() % 50);
    int64_t now = 5000;
    token_bucket bucket(burst, now);
    int64_t passed = 0;
    for (int i = 0; i < 3000; ++i) {
      now += static_cast<int64_t>(random() % 30);
      passed += bucket.take(rate, burst, now) ? 1 : 0;
    }
    CHECK(passed * 1000 <= int64_t{burst} * 1000 + (now - 5000) * rate);
    CHECK(passed > 0);
  }
}

TEST_CASE("connection limits: the total and each address have their limit, and places come back") {
  const auto limits = std::make_shared<connection_limits>(3, 2);
  connection_limits::slot a, b, c, d;
  CHECK_FALSE(connection_limits::acquire(limits, ipv4(1), a));
  CHECK_FALSE(connection_limits::acquire(limits, ipv4(1), b));
  CHECK(connection_limits::acquire(limits, ipv4(1), c) == refusal::address_limit);
  CHECK_FALSE(connection_limits::acquire(limits, ipv4(2), c));
  CHECK(connection_limits::acquire(limits, ipv4(3), d) == refusal::total_limit);
  a.release();
  a.release();
  CHECK(limits->total() == 2);
  CHECK_FALSE(connection_limits::acquire(limits, ipv4(3), d));
  b = std::move(c);
  CHECK(limits->of_address(ipv4(1)) == 0);
  CHECK(limits->total() == 2);
}

TEST_CASE("connection limits: mapped IPv4 counts as IPv4, IPv6 counts by its /64") {
  const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 7};
  CHECK(address_key_of(mapped, 16) == ipv4(7));
  uint8_t one[16] = {0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 1};
  uint8_t same[16] = {0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 2};
  uint8_t other[16] = {0x20, 1, 0xD, 0xB8, 0, 0, 0, 2, 1};
  CHECK(address_key_of(one, 16) == address_key_of(same, 16));
  CHECK(address_key_of(one, 16) != address_key_of(other, 16));
}

TEST_CASE("connection limits: threads never exceed the limit and leave nothing behind") {
  const auto limits = std::make_shared<connection_limits>(10, 10);
  std::vector<std::thread> threads;
  for (uint8_t t = 0; t < 4; ++t)
    threads.emplace_back([limits, t] {
      for (int i = 0; i < 5000; ++i) {
        connection_limits::slot slot;
        connection_limits::acquire(limits, ipv4(t), slot);
        if (limits->total() > 10)
          std::terminate();
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(limits->total() == 0);
}
