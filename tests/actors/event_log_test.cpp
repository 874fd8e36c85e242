#include "tests/support/sample_stream.hpp"
#include "tests/support/simulated_engine.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <map>

using namespace machiai;
using namespace machiai::test;

namespace {

/// An engine whose log is fed by hand.
class fed_log {
public:
  explicit fed_log(commit_faults faults) : engine_(options(std::move(faults))) {}

  /// Sends the next append of each clinic before the log turns to any of them.
  void append_of(const std::vector<std::string>& clinics) {
    for (const auto& clinic : clinics) {
      auto& stream = stream_of(clinic);
      const auto ticket = static_cast<uint64_t>(++tickets_);
      caf::send_as(caf::actor_cast<caf::actor>(writer_of(clinic)), engine_.log(), append{stream.next(1), ticket});
    }
    engine_.advance(milliseconds{100});
  }

  /// The ticket that was said to be stored last, or -1 after a failure, by clinic.
  [[nodiscard]] const std::map<std::string, int64_t>& told() const { return told_; }
  [[nodiscard]] uint64_t stored(const std::string& clinic) {
    uint64_t count = 0;
    memory_event_store store{disk_};
    REQUIRE(store.scan(clinic_id{clinic}, 1, [&](const event_record&) { return ++count > 0; }));
    return count;
  }
  [[nodiscard]] bool store_writes() const { return engine_.shared().ready->store_writes; }

private:
  engine_options options(commit_faults faults) {
    engine_options x;
    x.disk = disk_;
    x.faults = std::move(faults);
    return x;
  }

  sample_stream& stream_of(const std::string& clinic) {
    const auto [it, is_new] = streams_.try_emplace(clinic, clinic, 1);
    if (is_new)
      own(engine_.store(), it->second, 1);
    return it->second;
  }

  clinic_actor writer_of(const std::string& clinic) {
    auto& writer = writers_[clinic];
    if (!writer)
      // With an argument: CAF 0.17's spawn of a functor without one binds a reference to nothing.
      writer = engine_.system().spawn(
          [this](caf::event_based_actor*, const std::string& id) -> caf::behavior {
            return {[this, id](const appended& x) { told_[id] = static_cast<int64_t>(x.ticket); },
                    [this, id](const append_failed&) { told_[id] = -1; }};
          },
          clinic);
    return caf::actor_cast<clinic_actor>(writer);
  }

  std::shared_ptr<memory_log> disk_ = std::make_shared<memory_log>();
  simulated_engine engine_;
  std::map<std::string, sample_stream> streams_;
  std::map<std::string, caf::actor> writers_;
  std::map<std::string, int64_t> told_;
  int64_t tickets_ = 0;
};

} // namespace

TEST_CASE("event log: rows that the store cannot hold fail their own clinic and nobody else's of the commit") {
  commit_faults faults;
  faults.spoiled = {clinic_id{"c3"}};
  fed_log log{std::move(faults)};
  log.append_of({"c1", "c2", "c3", "c4", "c5"});
  const std::map<std::string, int64_t> expected{{"c1", 1}, {"c2", 2}, {"c3", -1}, {"c4", 4}, {"c5", 5}};
  CHECK(log.told() == expected);
  for (const auto* clinic : {"c1", "c2", "c4", "c5"})
    CHECK_MESSAGE(log.stored(clinic) == 1, clinic);
  CHECK(log.stored("c3") == 0);
  CHECK(log.store_writes());
}

TEST_CASE("event log: a store that owes an answer for too long takes no commands, whatever it said before") {
  const environment shared;
  auto& asked_us = shared.ready->store_asked_us;
  CHECK(shared.store_takes_commands());
  asked_us = monotonic_us() - 4'000'000;
  CHECK(shared.store_takes_commands());
  asked_us = monotonic_us() - 5'000'001;
  CHECK_FALSE(shared.store_answers());
  CHECK_FALSE(shared.store_takes_commands());
  {
    const store_question owed{*shared.ready};
    CHECK(asked_us != 0);
    CHECK(shared.store_takes_commands());
  }
  CHECK(asked_us == 0);
}
