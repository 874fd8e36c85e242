#include "commands/past_service.hpp"
#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "tests/support/stored_clinic.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <future>
#include <list>
#include <utility>

using namespace machiai;
using namespace machiai::test;

namespace {

using answer = caf::expected<std::string>;

/// Somebody who waits for a statement.
struct client {
  std::shared_ptr<const void> asker = std::make_shared<int>();
  std::promise<answer> given;
  std::future<answer> answer_to_come = given.get_future();

  void ask(past_service& service, const std::string& clinic, const std::string& month) {
    service.read({clinic_id{clinic}, month_statement{month}}, asker,
                 [this](answer text) { given.set_value(std::move(text)); });
  }

  [[nodiscard]] bool has_answer() const {
    return answer_to_come.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  }
};

/// A service whose thread stands still, inside the answer to the first question, until it is let go.
class held_service {
public:
  held_service() {
    settings_.url = "sqlite:" + (directory_.path() / "store.db").string();
    auto store = open_store({.url = settings_.url});
    REQUIRE_MESSAGE(store, message_of(store.error()));
    for (const auto* clinic : {"sakura", "ume"})
      store_clinic(**store, clinic, model_clinic{});
    service_ = std::make_unique<past_service>(settings_);
    std::promise<void> reached;
    service_->read({clinic_id{"sakura"}, month_statement{"2026-01"}}, asker_,
                   [&reached, gate = gate_.get_future().share()](const answer&) {
                     reached.set_value();
                     gate.wait();
                   });
    reached.get_future().wait();
  }
  ~held_service() { let_go(); }
  held_service(const held_service&) = delete;
  held_service& operator=(const held_service&) = delete;

  past_service& operator*() { return *service_; }

  void let_go() {
    if (!std::exchange(gone_on_, true))
      gate_.set_value();
  }

private:
  temporary_directory directory_;
  store_settings settings_;
  std::promise<void> gate_;
  bool gone_on_ = false;
  std::shared_ptr<const void> asker_ = std::make_shared<int>();
  std::unique_ptr<past_service> service_;
};

/// A month of its own for each number.
std::string month_number(size_t number) {
  const auto month = number % 12 + 1;
  return std::to_string(2000 + number / 12) + (month < 10 ? "-0" : "-") + std::to_string(month);
}

ec code_of_answer(client& x) {
  const auto given = x.answer_to_come.get();
  REQUIRE_FALSE(given);
  return code_of(given.error());
}

} // namespace

TEST_CASE("statements: as many wait as may, one more is refused at once, and all who wait are answered") {
  held_service service;
  std::list<client> clients(fixed::statements_waiting_max);
  size_t number = 0;
  for (auto& x : clients)
    x.ask(*service, "sakura", month_number(number++));
  client late;
  late.ask(*service, "sakura", month_number(number));
  REQUIRE(late.has_answer());
  CHECK(code_of_answer(late) == ec::rate_limited);
  service.let_go();
  for (auto& x : clients)
    CHECK(x.answer_to_come.get());
}

TEST_CASE("statements: what nobody waits for any more makes room and is not read") {
  held_service service;
  std::list<client> clients(fixed::statements_waiting_max);
  size_t number = 0;
  for (auto& x : clients)
    x.ask(*service, "sakura", month_number(number++));
  for (auto& x : clients)
    x.asker.reset();
  client next;
  next.ask(*service, "ume", "2026-11");
  CHECK_FALSE(next.has_answer());
  service.let_go();
  CHECK(next.answer_to_come.get());
  for (auto& x : clients)
    CHECK_FALSE(x.has_answer());
}

TEST_CASE("statements: who asks for one that waits already takes no place of its own and gets the same") {
  held_service service;
  std::list<client> clients(3 * fixed::statements_waiting_max);
  for (auto& x : clients)
    x.ask(*service, "sakura", "2026-11");
  client other;
  other.ask(*service, "ume", "2026-11");
  REQUIRE_FALSE(clients.back().has_answer());
  service.let_go();
  const auto text = clients.front().answer_to_come.get();
  REQUIRE(text);
  clients.pop_front();
  for (auto& x : clients)
    CHECK(x.answer_to_come.get() == text);
  CHECK(other.answer_to_come.get());
}

TEST_CASE("statements: a month that is none and a clinic that is not there are refused in the API's words") {
  held_service service;
  service.let_go();
  client wrong;
  wrong.ask(*service, "sakura", "2026-13");
  CHECK(code_of_answer(wrong) == ec::out_of_range);
  client unknown;
  unknown.ask(*service, "nope", "2026-11");
  const auto refused = unknown.answer_to_come.get();
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == ec::not_found);
  CHECK(message_of(refused.error()) == "there is no such clinic");
}

TEST_CASE(
    "past boards: a board before the first event is empty, one after it is as it was, each time is its own question") {
  held_service service;
  const auto at = [&](timestamp when, const std::string& clinic = "sakura") {
    auto asker = std::make_shared<client>();
    (*service).read({clinic_id{clinic}, past_board{when}}, asker->asker,
                    [asker](answer text) { asker->given.set_value(std::move(text)); });
    return asker;
  };
  const auto before = at(*parse_rfc3339("2001-02-03T04:05:06.000Z"));
  const auto later = at(*parse_rfc3339("2100-01-01T00:00:00.000Z"));
  const auto unknown = at(*parse_rfc3339("2100-01-01T00:00:00.000Z"), "nope");
  service.let_go();
  const auto empty = before->answer_to_come.get();
  REQUIRE(empty);
  CHECK(*empty == R"({"type":"board","epoch":0,"seq":0,"at":"2001-02-03T04:05:06.000Z",)"
                  R"("clinic":{"name":"Machiai Clinic"},"doctors":[],"cards":[]})");
  const auto full = later->answer_to_come.get();
  REQUIRE(full);
  CHECK(full->find(R"("doctors":[{)") != std::string::npos);
  CHECK(code_of_answer(*unknown) == ec::not_found);
}
