#include "gateway/commands_in_flight.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace machiai;

TEST_CASE("commands in flight: the shares of one clinic count together, whoever holds them") {
  commands_in_flight counter(3, 100);
  const auto here = counter.share_of(clinic_id{"c1"}), there = counter.share_of(clinic_id{"c1"}),
             other = counter.share_of(clinic_id{"c2"});
  auto a = counter.take(here), b = counter.take(there), c = counter.take(there);
  CHECK((a && b && c));
  CHECK_FALSE(counter.take(here));
  CHECK_FALSE(counter.take(there));
  CHECK(counter.take(other));
  CHECK(here->here() == 1);
  CHECK(there->here() == 2);
  CHECK(commands_in_flight::of_clinic(*here) == 3);
  b.reset();
  CHECK(counter.take(here));
  CHECK(counter.total() == 2);
}

TEST_CASE("commands in flight: the process has its limit over all clinics, and a refusal leaves nothing behind") {
  commands_in_flight counter(2, 3);
  const auto one = counter.share_of(clinic_id{"c1"}), two = counter.share_of(clinic_id{"c2"});
  auto a = counter.take(one), b = counter.take(one), c = counter.take(two);
  CHECK((a && b && c));
  CHECK_FALSE(counter.take(two));
  CHECK_FALSE(counter.take(one));
  CHECK(counter.total() == 3);
  CHECK(commands_in_flight::of_clinic(*two) == 1);
  a = std::move(*c);
  CHECK(counter.total() == 2);
  CHECK(commands_in_flight::of_clinic(*one) == 1);
}

TEST_CASE("commands in flight: a clinic whose share went keeps its count while a place is held") {
  commands_in_flight counter(1, 10);
  auto held = counter.take(counter.share_of(clinic_id{"c1"}));
  for (int i = 0; i < 1000; ++i)
    static_cast<void>(counter.share_of(clinic_id{"other" + std::to_string(i)}));
  CHECK_FALSE(counter.take(counter.share_of(clinic_id{"c1"})));
  held.reset();
  CHECK(counter.take(counter.share_of(clinic_id{"c1"})));
}

TEST_CASE("commands in flight: many threads never exceed the limit together and end at zero") {
  constexpr size_t limit = 3;
  commands_in_flight counter(limit, 100);
  std::atomic<size_t> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const auto mine = counter.share_of(clinic_id{"c1"});
      for (int n = 0; n < 20'000; ++n) {
        const auto first = counter.take(mine), second = counter.take(mine);
        const auto taken = size_t{first.has_value()} + size_t{second.has_value()};
        const auto now = inside += taken;
        for (auto seen = most.load(); now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        inside -= taken;
      }
    });
  for (auto& x : threads)
    x.join();
  CHECK(most <= limit);
  CHECK(most > 0);
  CHECK(counter.total() == 0);
}
