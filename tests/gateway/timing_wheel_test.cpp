#include "gateway/timing_wheel.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

using namespace machiai;

namespace {

struct probe : wheel_timer {
  void on_timer(int64_t now_ms) override {
    ++fired;
    at_ms = now_ms;
    if (on_fire)
      on_fire();
  }
  int fired = 0;
  int64_t at_ms = -1;
  std::function<void()> on_fire;
};

} // namespace

TEST_CASE("timing wheel: a timer fires once, at the first tick not before its time") {
  timing_wheel wheel(1000, 50);
  probe timer;
  wheel.arm(timer, 1120);
  CHECK(wheel.next_wake_ms() == 1150);
  wheel.advance(1149);
  CHECK(timer.fired == 0);
  wheel.advance(1150);
  CHECK(timer.fired == 1);
  wheel.advance(100000);
  CHECK(timer.fired == 1);
  CHECK_FALSE(wheel.next_wake_ms());
}

TEST_CASE("timing wheel: a time that is past fires at the next tick") {
  timing_wheel wheel(1000, 50);
  probe timer;
  wheel.arm(timer, 10);
  wheel.advance(1049);
  CHECK(timer.fired == 0);
  wheel.advance(1050);
  CHECK(timer.fired == 1);
}

TEST_CASE("timing wheel: timers beyond one turn of the wheel wait for their own turn") {
  timing_wheel wheel(0, 50);
  probe timer;
  const int64_t due = 3 * 50 * static_cast<int64_t>(timing_wheel::slots) + 50;
  wheel.arm(timer, due);
  for (int64_t now = 0; now < due; now += 777) {
    wheel.advance(now);
    CHECK(wheel.next_wake_ms().value() <= due);
  }
  CHECK(timer.fired == 0);
  wheel.advance(due);
  CHECK(timer.fired == 1);
}

TEST_CASE("timing wheel: a leap over many turns fires everything due") {
  timing_wheel wheel(0, 50);
  std::vector<std::unique_ptr<probe>> timers;
  for (int64_t due = 1; due < 200000; due += 999) {
    timers.push_back(std::make_unique<probe>());
    wheel.arm(*timers.back(), due);
  }
  wheel.advance(1'000'000);
  for (const auto& timer : timers)
    CHECK(timer->fired == 1);
}

TEST_CASE("timing wheel: a firing timer may cancel or destroy others due in the same tick, and arm itself again") {
  timing_wheel wheel(0, 50);
  probe left;
  probe right;
  left.on_fire = [&] {
    wheel.cancel(right);
    wheel.arm(left, 0);
  };
  right.on_fire = [&] {
    wheel.cancel(left);
    wheel.arm(right, 0);
  };
  wheel.arm(left, 50);
  wheel.arm(right, 50);
  wheel.advance(50);
  CHECK(left.fired + right.fired == 1);
  wheel.advance(100);
  CHECK(left.fired + right.fired == 2);

  auto one = std::make_unique<probe>();
  auto other = std::make_unique<probe>();
  one->on_fire = [&] { other.reset(); };
  other->on_fire = [&] { one.reset(); };
  wheel.arm(*one, 150);
  wheel.arm(*other, 150);
  wheel.advance(150);
  CHECK((one == nullptr) != (other == nullptr));
}

TEST_CASE("timing wheel: timers survive their wheel") {
  probe timer;
  {
    timing_wheel wheel(0, 50);
    wheel.arm(timer, 100);
  }
  CHECK_FALSE(timer.armed());
}

TEST_CASE("timing wheel: random arming, cancelling and time agree with a sorted list") {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    int64_t now = static_cast<int64_t>(random() % 100000);
    timing_wheel wheel(now, 50);
    std::vector<std::unique_ptr<probe>> timers;
    for (int i = 0; i < 40; ++i)
      timers.push_back(std::make_unique<probe>());
    std::map<std::size_t, int64_t> model;
    std::vector<int> fired(timers.size());
    for (int step = 0; step < 600; ++step) {
      const auto which = random() % timers.size();
      const auto choice = random() % 10;
      if (choice < 5) {
        const auto due = now + static_cast<int64_t>(random() % (random() % 4 == 0 ? 200000 : 2000));
        wheel.arm(*timers[which], due);
        model[which] = std::max((due + 49) / 50, now / 50 + 1);
      } else if (choice < 6) {
        wheel.cancel(*timers[which]);
        model.erase(which);
      } else {
        now += static_cast<int64_t>(random() % (random() % 20 == 0 ? 120000 : 300));
        wheel.advance(now);
        std::erase_if(model, [&](const auto& entry) {
          const bool due = entry.second <= now / 50;
          fired[entry.first] += due ? 1 : 0;
          return due;
        });
      }
      REQUIRE(wheel.armed() == model.size());
      for (std::size_t i = 0; i < timers.size(); ++i)
        REQUIRE(timers[i]->fired == fired[i]);
      for (const auto& entry : model)
        REQUIRE(wheel.next_wake_ms().value() <= entry.second * 50);
    }
  }
}
