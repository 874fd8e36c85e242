#include "config/wall_clock.hpp"
#include "tests/support/manual_clock.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace machiai;

namespace {

constexpr int64_t ns_per_ms = 1'000'000;

/// Both sources by hand, in milliseconds.
struct machine {
  int64_t monotonic_ms = 5'000;
  int64_t system_ms = 1'000'000;
  slewing_clock clock{[this] { return monotonic_ms * ns_per_ms; }, [this] { return system_ms * ns_per_ms; }};

  void pass(int64_t length_ms) {
    monotonic_ms += length_ms;
    system_ms += length_ms;
  }
};

} // namespace

TEST_CASE("wall clock: begins at the system clock's time and goes with the monotonic clock") {
  machine m;
  CHECK(m.clock.now_ms() == 1'000'000);
  m.pass(3'600'000);
  CHECK(m.clock.now_ms() == 4'600'000);
}

TEST_CASE("wall clock: a step of the system clock never shows as a jump and is caught up at 0.5 %") {
  for (const int64_t step : {60'000, -60'000}) {
    CAPTURE(step);
    machine m;
    m.system_ms += step;
    auto last = m.clock.now_ms();
    int64_t seconds = 0;
    for (; std::abs(m.clock.behind_ms()) > 1 && seconds < 100'000; ++seconds) {
      m.pass(1000);
      const auto now = m.clock.now_ms();
      CHECK(now - last >= 994);
      CHECK(now - last <= 1006);
      last = now;
    }
    // 60 s at 5 ms a second are 12,000 s.
    CHECK(seconds >= 11'900);
    CHECK(seconds <= 12'100);
    CHECK(std::abs(m.clock.now_ms() - m.system_ms) <= 1);
  }
}

TEST_CASE("wall clock: a long silence after a step does not overshoot") {
  machine m;
  m.system_ms += 1000;
  m.pass(200);
  m.clock.now_ms();
  m.pass(24 * 3'600'000);
  CHECK(m.clock.now_ms() == m.system_ms);
  m.pass(24 * 3'600'000);
  CHECK(m.clock.now_ms() == m.system_ms);
}

TEST_CASE("wall clock: never runs backwards, however often it is asked") {
  machine m;
  m.system_ms -= 3'600'000;
  auto last = m.clock.now_ms();
  for (int i = 0; i < 10'000; ++i) {
    m.pass(i % 7);
    const auto now = m.clock.now_ms();
    CHECK(now >= last);
    last = now;
  }
}

TEST_CASE("wall clock: the real one is near the system clock and goes on") {
  slewing_clock clock;
  const auto first = clock.now_ms();
  CHECK(std::abs(clock.behind_ms()) < 1000);
  CHECK(clock.now_ms() >= first);
  CHECK(first > 1'700'000'000'000);
}

TEST_CASE("manual clock: moves only by hand") {
  manual_clock clock{100};
  CHECK(clock.now_ms() == 100);
  clock.advance_ms(5);
  CHECK(clock.now_ms() == 105);
}
