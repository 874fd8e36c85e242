#include "actors/model/presence.hpp"
#include "tests/support/naive_presence.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <random>

using namespace machiai;
using namespace machiai::test;

namespace {

constexpr milliseconds patience{30000};
constexpr session_id device_a{1, 1};
constexpr session_id device_b{1, 2};

/// `mm:ss` or `mm:ss.mmm` as milliseconds.
timestamp operator""_t(const char* text, size_t) {
  int minutes = 0;
  int seconds = 0;
  int milli = 0;
  std::sscanf(text, "%d:%d.%d", &minutes, &seconds, &milli);
  return timestamp{(minutes * 60LL + seconds) * 1000 + milli};
}

/// What happened, with the meter's edges picked out as domain.md 9.4 writes them.
class journal {
public:
  void note(const presence_edges& edges) {
    for (const auto& x : edges) {
      all_.push_back(x);
      if (x.change == presence_change::entered)
        text_ += "enter " + std::to_string(x.at.ms) + ' ';
      else if (x.change == presence_change::left)
        text_ += "exit " + std::to_string(x.at.ms) + ' ';
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const presence_edges& all() const { return all_; }

private:
  std::string text_;
  presence_edges all_;
};

std::string enter(timestamp at) {
  return "enter " + std::to_string(at.ms) + ' ';
}

std::string exit_at(timestamp at) {
  return "exit " + std::to_string(at.ms) + ' ';
}

} // namespace

TEST_CASE("presence: p1 back within the patience was never away") {
  presence who{patience};
  journal seen;
  seen.note(who.connect(device_a, "0:00"_t));
  seen.note(who.lose(device_a, "10:00"_t));
  CHECK(who.in_doubt());
  seen.note(who.connect(device_b, "10:20"_t));
  seen.note(who.leave(device_b, "20:00"_t));
  CHECK(seen.text() == enter("0:00"_t) + exit_at("20:00"_t));
  const presence_edges expected{{presence_change::entered, "0:00"_t},
                                {presence_change::unstable, "10:00"_t},
                                {presence_change::stable, "10:20"_t},
                                {presence_change::left, "20:00"_t, leave_reason::left}};
  CHECK(seen.all() == expected);
}

TEST_CASE("presence: p2 back exactly at the patience was never away, p3 a millisecond later left and entered") {
  for (const auto& [back, text] :
       {std::pair{"10:30.000"_t, enter("0:00"_t) + exit_at("20:00"_t)},
        std::pair{"10:30.001"_t, enter("0:00"_t) + exit_at("10:00"_t) + enter("10:30.001"_t) + exit_at("20:00"_t)}})
    for (const auto timer_came_by : {false, true}) {
      presence who{patience};
      journal seen;
      seen.note(who.connect(device_a, "0:00"_t));
      seen.note(who.lose(device_a, "10:00"_t));
      if (timer_came_by)
        seen.note(who.tick(back));
      seen.note(who.connect(device_b, back));
      seen.note(who.leave(device_b, "20:00"_t));
      CHECK(seen.text() == text);
    }
}

TEST_CASE("presence: p4 never back left at the last proof, told just after the patience") {
  presence who{patience};
  journal seen;
  seen.note(who.connect(device_a, "0:00"_t));
  CHECK_FALSE(who.deadline());
  seen.note(who.lose(device_a, "7:10"_t));
  CHECK(who.deadline() == "7:40.001"_t);
  seen.note(who.tick("7:40"_t));
  CHECK(seen.text() == enter("0:00"_t));
  seen.note(who.tick("7:40.001"_t));
  CHECK(seen.text() == enter("0:00"_t) + exit_at("7:10"_t));
  CHECK(seen.all().back().reason == leave_reason::lost);
  CHECK_FALSE(who.is_present());
  CHECK_FALSE(who.deadline());
}

TEST_CASE("presence: p5 an explicit leave is at once, back after five seconds or not") {
  presence who{patience};
  journal seen;
  seen.note(who.connect(device_a, "0:00"_t));
  seen.note(who.leave(device_a, "5:00"_t));
  seen.note(who.connect(device_a, "5:05"_t));
  seen.note(who.leave(device_a, "9:00"_t));
  CHECK(seen.text() == enter("0:00"_t) + exit_at("5:00"_t) + enter("5:05"_t) + exit_at("9:00"_t));
}

TEST_CASE("presence: p6 the first device in enters, the last one out leaves") {
  presence who{patience};
  journal seen;
  seen.note(who.connect(device_a, "0:00"_t));
  seen.note(who.connect(device_b, "7:00"_t));
  seen.note(who.leave(device_a, "8:00"_t));
  seen.note(who.leave(device_b, "12:00"_t));
  CHECK(seen.text() == enter("0:00"_t) + exit_at("12:00"_t));
}

TEST_CASE("presence: p7 a device lost beside a live one is no doubt and no leave") {
  presence who{patience};
  journal seen;
  seen.note(who.connect(device_a, "0:00"_t));
  seen.note(who.connect(device_b, "4:00"_t));
  seen.note(who.lose(device_a, "5:00"_t));
  CHECK_FALSE(who.in_doubt());
  seen.note(who.tick("8:59"_t));
  seen.note(who.leave(device_b, "9:00"_t));
  CHECK(seen.text() == enter("0:00"_t) + exit_at("9:00"_t));
  CHECK(seen.all().size() == 2);
}

TEST_CASE("presence: p8 back within the patience after a crash was never away, p9 later left at the mark") {
  const auto mark = "12:30"_t;
  const auto up = "12:45"_t;
  auto soon = presence::in_doubt_since(mark, patience, up);
  CHECK(soon.is_present());
  CHECK(soon.connect(device_a, "12:55"_t) == presence_edges{{presence_change::stable, "12:55"_t}});

  for (const auto timer_came_by : {false, true}) {
    auto late = presence::in_doubt_since(mark, patience, up);
    journal seen;
    if (timer_came_by)
      seen.note(late.tick("14:00"_t));
    seen.note(late.connect(device_a, "15:00"_t));
    CHECK(seen.text() == exit_at("12:30"_t) + enter("15:00"_t));
  }
}

TEST_CASE("presence: p10 after a removal nothing a device does is an edge until it enters anew") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  who.end();
  CHECK(who.lose(device_a, "3:01"_t).empty());
  CHECK(who.leave(device_a, "3:02"_t).empty());
  CHECK(who.doubt(device_a, "3:02"_t).empty());
  CHECK(who.tick("9:00"_t).empty());
  CHECK(who.leave_everywhere("9:00"_t).empty());
}

TEST_CASE("presence: after a planned restart the patience counts from the start") {
  const auto stop = "10:00"_t;
  const auto not_before = "12:30"_t;
  auto who = presence::in_doubt_since(stop, patience, not_before);
  CHECK(who.deadline() == not_before);
  CHECK(who.tick("12:29.999"_t).empty());
  auto back = who;
  CHECK(back.connect(device_a, "12:29.999"_t) == presence_edges{{presence_change::stable, "12:29.999"_t}});
  CHECK(who.tick(not_before) == presence_edges{{presence_change::left, stop, leave_reason::lost}});
}

TEST_CASE("presence: an overdue pong is doubt from the last proof, an answer heals it") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  CHECK(who.doubt(device_a, "1:00"_t) == presence_edges{{presence_change::unstable, "1:00"_t}});
  CHECK(who.doubt(device_a, "1:00"_t).empty());
  CHECK(who.connect(device_a, "1:04"_t) == presence_edges{{presence_change::stable, "1:04"_t}});
  CHECK(who.connect(device_a, "1:05"_t).empty());
  CHECK_FALSE(who.deadline());
}

TEST_CASE("presence: a silent device that is then lost keeps its doubt; a later proof moves it") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.connect(device_b, "0:00"_t));
  CHECK(who.doubt(device_b, "2:00"_t).empty());
  CHECK(who.doubt(device_a, "1:00"_t) == presence_edges{{presence_change::unstable, "2:00"_t}});
  CHECK(who.lose(device_a, "2:05"_t).empty());
  CHECK(who.doubt_since() == "2:05"_t);
  CHECK(who.lose(device_b, "2:00"_t).empty());
  CHECK(who.doubt_since() == "2:05"_t);
  CHECK(who.tick("2:35.001"_t) == presence_edges{{presence_change::left, "2:05"_t, leave_reason::lost}});
}

TEST_CASE("presence: a word about an old session ends no newer one") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.lose(device_a, "1:00"_t));
  static_cast<void>(who.connect(device_b, "1:10"_t));
  CHECK(who.leave(device_a, "1:11"_t).empty());
  CHECK(who.lose(device_a, "1:11"_t).empty());
  CHECK_FALSE(who.in_doubt());
  CHECK(who.device_count() == 1);
}

TEST_CASE("presence: leaving while in doubt counts until the last proof, whatever device it was") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.lose(device_a, "1:00"_t));
  CHECK(who.leave_everywhere("1:10"_t) == presence_edges{{presence_change::left, "1:00"_t, leave_reason::left}});
}

TEST_CASE("presence: somebody in doubt leaves at once by any connection, and was never away before") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.lose(device_a, "1:00"_t));
  CHECK(who.leave(device_b, "1:20"_t) == presence_edges{{presence_change::left, "1:20"_t, leave_reason::left}});
  CHECK_FALSE(who.is_present());
}

TEST_CASE("presence: whoever left on one device was there until then, should the other turn out to be dead") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.connect(device_b, "0:00"_t));
  CHECK(who.leave(device_b, "1:00"_t).empty());
  CHECK(who.lose(device_a, "0:50"_t) == presence_edges{{presence_change::unstable, "1:00"_t}});
  CHECK(who.tick("1:30.001"_t) == presence_edges{{presence_change::left, "1:00"_t, leave_reason::lost}});
}

TEST_CASE("presence: a leave that comes after the patience cannot prove the time before it") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.doubt(device_a, "1:00"_t));
  CHECK(who.leave(device_a, "1:30.001"_t) == presence_edges{{presence_change::left, "1:00"_t, leave_reason::lost}});
}

TEST_CASE("presence: attention is that of any device, and without news taken for granted") {
  presence who{patience};
  CHECK(who.attentive());
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.connect(device_b, "0:00"_t));
  who.set_attentive(device_a, false);
  CHECK(who.attentive());
  who.set_attentive(device_b, false);
  CHECK_FALSE(who.attentive());
}

TEST_CASE("presence: a device that is silent or lost sees nothing") {
  presence who{patience};
  static_cast<void>(who.connect(device_a, "0:00"_t));
  static_cast<void>(who.connect(device_b, "0:00"_t));
  who.set_attentive(device_a, false);
  static_cast<void>(who.doubt(device_b, "1:00"_t));
  CHECK_FALSE(who.attentive());
  static_cast<void>(who.connect(device_b, "1:01"_t));
  CHECK(who.attentive());
  static_cast<void>(who.lose(device_b, "2:00"_t));
  CHECK_FALSE(who.attentive());
}

TEST_CASE("presence: any course of events gives what looking at all devices every time gives") {
  const auto seed = test_seed();
  INFO("seed ", seed);
  std::mt19937_64 random{seed};
  const auto below = [&](uint64_t bound) { return std::uniform_int_distribution<uint64_t>{0, bound - 1}(random); };
  for (int round = 0; round < 3000; ++round) {
    CAPTURE(round);
    presence who{milliseconds{10}};
    naive_presence model{10};
    int64_t now_ms = 100;
    for (int step = 0; step < 40; ++step) {
      now_ms += static_cast<int64_t>(below(8));
      const timestamp now{now_ms};
      const timestamp proof{now_ms - static_cast<int64_t>(below(4))};
      const session_id device{1, below(3)};
      // Timers come by now and then only; what is told must not depend on it.
      switch (below(6)) {
      case 0:
      case 1:
        CHECK(meter_edges(who.connect(device, now)) == model.connect(device, now_ms));
        break;
      case 2:
        CHECK(meter_edges(who.doubt(device, proof)) == model.silent(device, proof.ms, false));
        break;
      case 3:
        CHECK(meter_edges(who.lose(device, proof)) == model.silent(device, proof.ms, true));
        break;
      case 4:
        CHECK(meter_edges(who.leave(device, now)) == model.leave(device, now_ms));
        break;
      default:
        CHECK(meter_edges(who.tick(now)) == model.pass(now_ms));
      }
      CHECK(who.is_present() == model.present());
      CHECK(who.in_doubt() == model.in_doubt());
    }
  }
}
