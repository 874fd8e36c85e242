#include "commands/clinic_log.hpp"
#include "config/error.hpp"
#include "store/json_encode.hpp"
#include "tests/support/faulty_event_store.hpp"
#include "tests/support/room_asks.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/store_backends.hpp"
#include "tests/support/stored_clinic.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

using namespace machiai;
using namespace machiai::test;

namespace {

const clinic_id sakura{"sakura"};
constexpr milliseconds day = 24 * hour;

/// Months of a clinic at random: rooms that are booked, used, ended by hand or by time, reopened and archived, at every
/// time of day and across the turns of months.
class random_months {
public:
  explicit random_months(uint64_t seed) : random_(seed) {}

  void step() {
    clinic_.wait(minute * below(90));
    if (below(8) == 0)
      clinic_.wait(hour * below(60));
    for (const auto& [known, ignored] : std::map{clinic_.rooms})
      clinic_.pass_time(known);
    auto& visit = visits_.at(below(visits_.size()));
    if (!clinic_.rooms.contains(visit)) {
      visit = room_id{"room-" + std::to_string(++booked_)};
      clinic_.book(visit, {"p1"}, {"d1"}, below(5) == 0);
      return;
    }
    use(visit, below(2) == 0 ? "d1" : "d2");
  }

  /// Lets events of different rooms pass each other, as they do on their way to the clinic.
  void disorder() {
    auto& log = clinic_.log;
    for (size_t i = 1; i < log.size(); ++i) {
      auto& a = log[i - 1];
      auto& b = log[i];
      if (below(3) > 0 || a.room.empty() || b.room.empty() || a.room == b.room || b.at - a.at > hour)
        continue;
      std::swap(a, b);
      std::swap(a.position, b.position);
    }
  }

  std::set<uint64_t> some_seqs() {
    std::set<uint64_t> seqs;
    for (uint64_t seq = 1; seq <= clinic_.log.size(); ++seq)
      if (below(25) == 0)
        seqs.insert(seq);
    return seqs;
  }

  [[nodiscard]] const model_clinic& clinic() const { return clinic_; }

private:
  void use(const room_id& visit, const char* doctor) {
    switch (below(8)) {
    case 0:
    case 1:
      clinic_.enter(visit, doctor);
      break;
    case 2:
      clinic_.enter(visit, "p1");
      clinic_.ask({admit{visit, person_id{"p1"}}});
      break;
    case 3:
      clinic_.leave(visit, doctor);
      break;
    case 4:
      clinic_.lose(visit, below(2) == 0 ? "p1" : doctor, clinic_.now - minute * below(5));
      break;
    case 5:
      clinic_.ask({reopen_consultation{visit}});
      clinic_.enter(visit, doctor);
      break;
    default:
      clinic_.ask({end_consultation{visit}});
    }
  }

  size_t below(size_t bound) { return std::uniform_int_distribution<size_t>{0, bound - 1}(random_); }

  std::mt19937_64 random_;
  model_clinic clinic_;
  std::array<room_id, 5> visits_;
  size_t booked_ = 0;
};

/// Counts the events that a store hands out.
class counting_store : public faulty_event_store {
public:
  explicit counting_store(std::unique_ptr<event_store> inner) : faulty_event_store(std::move(inner), {}) {}

  caf::expected<clinic_history> load(const clinic_id& clinic, uint64_t last_seq) override {
    auto history = faulty_event_store::load(clinic, last_seq);
    events += history ? history->events.size() : 0;
    return history;
  }

  caf::expected<void> scan(const clinic_id& clinic, uint64_t first_seq,
                           const std::function<bool(const event_record&)>& visit) override {
    return faulty_event_store::scan(clinic, first_seq, [&](const event_record& x) {
      ++events;
      return visit(x);
    });
  }

  size_t events = 0;
};

/// The months the clinic lived in, with one before and one after them.
std::vector<std::string> months_of(const model_clinic& clinic) {
  std::vector<std::string> months{"2026-03"};
  for (auto at = clinic.log.front().at; at < clinic.now + 40 * day; at = at + day)
    if (japan_month(at) != months.back())
      months.push_back(japan_month(at));
  return months;
}

usage_statement statement_from_first_event(const model_clinic& clinic, const std::string& month) {
  usage_reader reader{month};
  for (const auto& x : clinic.log)
    reader.read(x);
  return reader.statement();
}

usage_statement statement_in(event_store& store, const std::string& month) {
  auto read = read_statement(store, sakura, month);
  REQUIRE_MESSAGE(read, message_of(read.error()));
  return std::move(*read);
}

/// The fold of the events before the first that is later than `at`.
clinic_state prefix_until(const model_clinic& clinic, timestamp at) {
  clinic_state state;
  for (const auto& x : clinic.log) {
    if (x.at > at)
      break;
    apply(state, x);
  }
  return state;
}

} // namespace

TEST_CASE("clinic log: from snapshots every month's statement is the one from the first event, sources included") {
  const auto seed = test_seed();
  INFO("seed ", seed);
  size_t lines = 0;
  size_t corrections = 0;
  size_t across = 0;
  for (uint64_t round = 0; round < 12; ++round) {
    random_months past{seed + round};
    for (auto i = 0; i < 700; ++i)
      past.step();
    past.disorder();
    memory_backend backend;
    const auto store = require_open(backend.open());
    store_clinic(*store, sakura.value, past.clinic(), past.some_seqs());
    for (const auto& month : months_of(past.clinic())) {
      CAPTURE(round);
      CAPTURE(month);
      const auto whole = statement_from_first_event(past.clinic(), month);
      CHECK(encode_json(statement_in(*store, month)) == encode_json(whole));
      for (const auto& x : whole.lines) {
        ++lines;
        corrections += x.is_correction ? 1 : 0;
        across += japan_month(x.sources->front().at) < month ? 1 : 0;
      }
    }
  }
  CHECK(lines > 500);
  CHECK(corrections > 50);
  CHECK(across > 5);
}

TEST_CASE("clinic log: at any seq and time a clinic is what the fold of that prefix says") {
  const auto seed = test_seed();
  INFO("seed ", seed);
  random_months past{seed};
  for (auto i = 0; i < 300; ++i)
    past.step();
  past.disorder();
  memory_backend backend;
  const auto store = require_open(backend.open());
  store_clinic(*store, sakura.value, past.clinic(), past.some_seqs());
  clinic_state state;
  for (const auto& x : past.clinic().log) {
    apply(state, x);
    CAPTURE(x.position.seq);
    CHECK(state_at(*store, sakura, x.position.seq) == state);
    for (const auto at : {x.at, x.at - milliseconds{1}})
      CHECK(state_at(*store, sakura, at) == prefix_until(past.clinic(), at));
  }
  CHECK(state_at(*store, sakura) == state);
}

TEST_CASE("clinic log: neither a statement nor a board reads the clinic's whole life") {
  random_months past{1};
  for (auto i = 0; i < 3000; ++i)
    past.step();
  const auto& log = past.clinic().log;
  std::set<uint64_t> each_day;
  for (size_t i = 1; i < log.size(); ++i)
    if (log[i].at.ms / day.count() != log[i - 1].at.ms / day.count())
      each_day.insert(log[i - 1].position.seq);
  memory_backend backend;
  counting_store store{require_open(backend.open())};
  store_clinic(store, sakura.value, past.clinic(), each_day);
  const auto months = months_of(past.clinic());
  REQUIRE(months.size() > 9);
  for (const auto& month : months) {
    CAPTURE(month);
    store.events = 0;
    statement_in(store, month);
    CHECK(store.events < log.size() / 4);
  }
  store.events = 0;
  CHECK(state_at(store, sakura, log.size() / 2));
  CHECK(state_at(store, sakura, log[log.size() / 2].at));
  CHECK(store.events < log.size() / 20);
}

TEST_CASE("clinic log: a clinic without events is not found, whatever is asked") {
  memory_backend backend;
  const auto store = require_open(backend.open());
  const auto code = [](const auto& answer) {
    REQUIRE_FALSE(answer);
    CHECK(message_of(answer.error()) == "there is no such clinic");
    return code_of(answer.error());
  };
  CHECK(code(read_statement(*store, sakura, "2026-11")) == ec::not_found);
  CHECK(code(state_at(*store, sakura, uint64_t{3})) == ec::not_found);
  CHECK(code(state_at(*store, sakura, timestamp{0})) == ec::not_found);
}
