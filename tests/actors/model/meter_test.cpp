#include "actors/model/meter.hpp"
#include "actors/model/timeline.hpp"
#include "config/error.hpp"
#include "store/json_encode.hpp"
#include "tests/support/naive_meter.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

using namespace machiai;
using namespace machiai::test;

namespace {

constexpr tariff short_units{10, 100, 50, 3};
constexpr int rounds = 4000;

std::vector<measured_timeline> golden_cases() {
  std::ifstream file{MACHIAI_SOURCE_DIR "/tests/golden/billing.json"};
  std::stringstream text;
  text << file.rdbuf();
  auto cases = read_timelines(text.str());
  REQUIRE_MESSAGE(cases, message_of(cases.error()));
  return std::move(*cases);
}

stay stay_of(const char* person, party which, int64_t enter_ms, int64_t exit_ms,
             leave_reason reason = leave_reason::left) {
  return {person_id{person}, which, timestamp{enter_ms}, timestamp{exit_ms}, reason};
}

class generator {
public:
  explicit generator(uint64_t seed) : random_(seed) {}

  int64_t below(int64_t bound) { return std::uniform_int_distribution<int64_t>{0, bound - 1}(random_); }

  /// Some persons with stays in order, as a room makes them: one open stay a person at a time.
  std::vector<stay> stays() {
    std::vector<stay> result;
    const auto persons = below(6);
    for (int64_t i = 0; i < persons; ++i)
      add_person(result, "p" + std::to_string(i), below(3) == 0 ? party::doctor : any_guest());
    return result;
  }

  void add_person(std::vector<stay>& stays, const std::string& id, party which) {
    auto at_ms = below(30);
    for (auto count = 1 + below(3); count > 0; --count) {
      const auto exit_ms = at_ms + below(20);
      stays.push_back(stay_of(id.c_str(), which, at_ms, exit_ms, below(2) ? leave_reason::lost : leave_reason::left));
      at_ms = exit_ms + 1 + below(6);
    }
  }

  party any_guest() { return static_cast<party>(1 + below(5)); }

  template <class T>
  void shuffle(std::vector<T>& xs) {
    std::shuffle(xs.begin(), xs.end(), random_);
  }

private:
  std::mt19937_64 random_;
};

template <class Check>
void for_generated_stays(Check check) {
  const auto seed = test_seed();
  INFO("seed ", seed);
  generator random{seed};
  for (int i = 0; i < rounds; ++i) {
    CAPTURE(i);
    check(random, random.stays());
  }
}

/// How far `x` can be prolonged without running into the same person's next stay.
int64_t room_behind_ms(const std::vector<stay>& stays, const stay& x) {
  int64_t room_ms = 20;
  for (const auto& other : stays)
    if (other.person == x.person && other.enter >= *x.exit)
      room_ms = std::min(room_ms, (other.enter - *x.exit).count());
  return room_ms;
}

} // namespace

TEST_CASE("meter: every golden case gives exactly its figures") {
  const auto cases = golden_cases();
  CHECK(cases.size() == 30);
  for (const auto& x : cases) {
    CAPTURE(x.source.name);
    REQUIRE(x.source.expect);
    CHECK(result_of(measure(x.stays, {})) == *x.source.expect);
  }
}

TEST_CASE("meter: by a contract that counts the peak a replaced guest costs no place more (R12, golden d10)") {
  tariff by_peak;
  by_peak.additional_basis = additional_basis::peak;
  for (const auto& x : golden_cases()) {
    CAPTURE(x.source.name);
    const auto bill = measure(x.stays, by_peak);
    CHECK(bill.policy == "union-ceil-peak/1");
    CHECK(bill.total_yen_ex_tax <= x.source.expect->total_yen_ex_tax);
    if (x.source.name.starts_with("d10")) {
      CHECK(x.source.expect->total_yen_ex_tax == 200);
      CHECK(bill.total_yen_ex_tax == 150);
    }
  }
}

TEST_CASE("meter: the naive meter gives the golden figures too") {
  for (const auto& x : golden_cases()) {
    CAPTURE(x.source.name);
    // Half a second is the granularity of most cases; the ones that turn on a millisecond are left to `measure`.
    auto stays = x.stays;
    const auto whole = std::all_of(stays.begin(), stays.end(),
                                   [](const stay& s) { return s.enter.ms % 500 == 0 && s.exit->ms % 500 == 0; });
    if (!whole)
      continue;
    for (auto& s : stays)
      s = stay_of(s.person.value.c_str(), s.party, s.enter.ms / 500, s.exit->ms / 500);
    const auto figures = naive_measure(stays, {3600, 100, 50, 60});
    CHECK(figures.total_yen_ex_tax == x.source.expect->total_yen_ex_tax);
    CHECK(figures.doctor_in_room_ms * 500 == x.source.expect->doctor_in_room_ms);
    CHECK(figures.additional_participants == x.source.expect->additional_participants);
  }
}

TEST_CASE("meter: any timeline gives what counting millisecond by millisecond gives") {
  for_generated_stays([](generator&, const std::vector<stay>& stays) {
    CHECK(encode_json(measure(stays, short_units)) == encode_json(naive_measure(stays, short_units)));
    auto by_peak = short_units;
    by_peak.additional_basis = additional_basis::peak;
    CHECK(encode_json(measure(stays, by_peak)) == encode_json(naive_measure(stays, by_peak)));
  });
}

TEST_CASE("meter: the order of stays and the persons' ids do not matter") {
  for_generated_stays([](generator& random, std::vector<stay> stays) {
    const auto before = measure(stays, short_units);
    std::vector<std::string> names{"z", "y", "x", "w", "v", "u"};
    random.shuffle(names);
    for (auto& x : stays)
      x.person = person_id{names[static_cast<size_t>(x.person.value[1] - '0')]};
    random.shuffle(stays);
    CHECK(measure(stays, short_units) == before);
  });
}

TEST_CASE("meter: a person wholly outside the doctors' time changes nothing") {
  for_generated_stays([](generator& random, std::vector<stay> stays) {
    const auto before = measure(stays, short_units);
    stays.push_back(stay_of("early", random.any_guest(), -20, before.first_doctor_enter.value_or(timestamp{5}).ms));
    stays.push_back(stay_of("late", random.any_guest(), before.last_doctor_exit.value_or(timestamp{5}).ms, 200));
    CHECK(measure(stays, short_units) == before);
  });
}

TEST_CASE("meter: cutting a stay in two at an instant changes nothing") {
  for_generated_stays([](generator& random, std::vector<stay> stays) {
    if (stays.empty())
      return;
    const auto before = measure(stays, short_units);
    const auto index = static_cast<size_t>(random.below(static_cast<int64_t>(stays.size())));
    const auto whole = stays[index];
    const auto cut_ms = whole.enter.ms + random.below((*whole.exit - whole.enter).count() + 1);
    stays[index].exit = timestamp{cut_ms};
    stays[index].reason = leave_reason::left;
    stays.push_back(stay_of(whole.person.value.c_str(), whole.party, cut_ms, whole.exit->ms, whole.reason));
    CHECK(measure(stays, short_units) == before);
  });
}

TEST_CASE("meter: a longer doctor stay or one more person never costs less") {
  for_generated_stays([](generator& random, std::vector<stay> stays) {
    const auto before = measure(stays, short_units).total_yen_ex_tax;
    for (size_t i = 0; i < stays.size(); ++i) {
      if (stays[i].party != party::doctor)
        continue;
      auto longer = stays;
      longer[i].exit = *stays[i].exit + milliseconds{random.below(room_behind_ms(stays, stays[i]) + 1)};
      CHECK(measure(longer, short_units).total_yen_ex_tax >= before);
    }
    random.add_person(stays, "another", random.any_guest());
    CHECK(measure(stays, short_units).total_yen_ex_tax >= before);
  });
}

TEST_CASE("meter: shifting all times changes nothing, and every total is a multiple of 50") {
  for_generated_stays([](generator& random, std::vector<stay> stays) {
    const auto before = result_of(measure(stays, short_units));
    CHECK(before.total_yen_ex_tax % 50 == 0);
    const milliseconds shift{random.below(2'000'000'000'000)};
    for (auto& x : stays) {
      x.enter = x.enter + shift;
      x.exit = *x.exit + shift;
    }
    CHECK(result_of(measure(stays, short_units)) == before);
  });
}

TEST_CASE("meter: losing connections for no longer than the window costs what not losing them costs") {
  for_generated_stays([](generator& random, const std::vector<stay>& stays) {
    std::vector<stay> torn;
    std::vector<stay> whole;
    for (auto x : stays) {
      // Each stay becomes a person of its own: what is torn is only what this test tears.
      x.person = person_id{"q" + std::to_string(whole.size())};
      whole.push_back(x);
      const auto length_ms = (*x.exit - x.enter).count();
      if (length_ms < 8) {
        torn.push_back(x);
        continue;
      }
      const auto gap_from_ms = x.enter.ms + 1 + random.below(length_ms - 5);
      const auto gap_ms = random.below(short_units.reconnect_window_ms + 1);
      torn.push_back(stay_of(x.person.value.c_str(), x.party, x.enter.ms, gap_from_ms, leave_reason::lost));
      torn.push_back(stay_of(x.person.value.c_str(), x.party, gap_from_ms + gap_ms, x.exit->ms, x.reason));
    }
    CHECK(measure(torn, short_units) == measure(whole, short_units));
  });
}

TEST_CASE("meter: a lost connection is bridged up to the window exactly, an explicit leave never") {
  const tariff price;
  const auto total_ms = [&](leave_reason reason, int64_t gap_ms) {
    return measure({stay_of("d", party::doctor, 0, 60'000, reason),
                    stay_of("d", party::doctor, 60'000 + gap_ms, 120'000 + gap_ms)},
                   price)
        .doctor_in_room_ms;
  };
  CHECK(total_ms(leave_reason::lost, 30'000) == 150'000);
  CHECK(total_ms(leave_reason::lost, 30'001) == 120'000);
  for (const auto reason : {leave_reason::left, leave_reason::removed, leave_reason::sent_back, leave_reason::ended})
    CHECK(total_ms(reason, 5'000) == 120'000);
}

TEST_CASE("meter: a chain of lost connections is one stay; another person's return bridges nothing") {
  const tariff price;
  CHECK(measure({stay_of("d", party::doctor, 0, 10'000, leave_reason::lost),
                 stay_of("d", party::doctor, 40'000, 40'000, leave_reason::lost),
                 stay_of("d", party::doctor, 70'000, 80'000)},
                price)
            .doctor_in_room_ms == 80'000);
  CHECK(measure(
            {stay_of("d1", party::doctor, 0, 10'000, leave_reason::lost), stay_of("d2", party::doctor, 20'000, 30'000)},
            price)
            .doctor_in_room_ms == 20'000);
  // Bridged guest time counts as shared with the doctor.
  CHECK(
      measure({stay_of("d", party::doctor, 10'000, 20'000), stay_of("p", party::patient, 0, 30'000),
               stay_of("f", party::family, 0, 9'000, leave_reason::lost), stay_of("f", party::family, 25'000, 30'000)},
              price)
          .additional_participants == 1);
}

TEST_CASE("meter: an open stay is told, and shows as lasting until now") {
  std::vector<stay> stays{{person_id{"d"}, party::doctor, timestamp{0}, std::nullopt, leave_reason::left}};
  CHECK(has_open_stay(stays));
  CHECK(measure_until(stays, timestamp{1'800'001}, {}).units == 2);
  CHECK(measure_until(stays, timestamp{-5}, {}).units == 0);
  CHECK_THROWS(measure(stays, {}));
  stays[0].exit = timestamp{1};
  CHECK_FALSE(has_open_stay(stays));
  CHECK(measure(stays, {}).units == 1);
}
