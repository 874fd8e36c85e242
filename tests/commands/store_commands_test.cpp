#include "config/error.hpp"
#include "store/enum_words.hpp"
#include "tests/commands/program.hpp"
#include "tests/support/room_asks.hpp"
#include "tests/support/stored_clinic.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <fstream>

using namespace machiai;
using namespace machiai::test;

namespace {

const auto start = parse_rfc3339("2026-11-22T10:00:00+09:00").value();

/// A consultation of 35 minutes with p1 in room-1 whose doctor's end was a lost connection, and p2 waiting in room-2.
model_clinic sample_clinic() {
  model_clinic clinic;
  clinic.now = start;
  clinic.ask({put_patient{{person_id{"p2"}, "山田 花子", "ヤマダ", "7", false}}});
  clinic.book(room_1);
  clinic.book(room_id{"room-2"}, {"p2"}, {"d1"}, true);
  clinic.bring_in(room_1, "p1");
  clinic.enter(room_1, "d1");
  clinic.wait(35 * minute);
  const auto proof = clinic.now;
  clinic.wait(31 * second);
  clinic.lose(room_1, "d1", proof);
  clinic.ask(end_it);
  clinic.enter(room_id{"room-2"}, "p2");
  return clinic;
}

/// A SQLite file with the sample as `sakura` and a clinic `ume` beside it.
class stored_sample {
public:
  stored_sample() {
    auto store = open_store({.url = url()});
    REQUIRE_MESSAGE(store, message_of(store.error()));
    store_clinic(**store, "sakura", sample_);
    store_clinic(**store, "ume", model_clinic{});
  }

  [[nodiscard]] std::string file() const { return (directory_.path() / "store.db").string(); }
  [[nodiscard]] std::string url() const { return "sqlite:" + file(); }
  [[nodiscard]] const model_clinic& clinic() const { return sample_; }

  program_run ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--store", url()});
    return run(std::move(arguments));
  }

  /// Changes this many rows behind the store's back, or any number.
  void sql(const std::string& statement, std::optional<int> rows = 1) const {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(file().c_str(), &handle) == SQLITE_OK);
    char* problem = nullptr;
    const auto status = sqlite3_exec(handle, statement.c_str(), nullptr, nullptr, &problem);
    CHECK_MESSAGE(status == SQLITE_OK, std::string{problem ? problem : ""});
    CHECK((!rows || sqlite3_changes(handle) == *rows));
    sqlite3_free(problem);
    sqlite3_close(handle);
  }

private:
  temporary_directory directory_;
  model_clinic sample_ = sample_clinic();
};

} // namespace

TEST_CASE("verify: sound clinics are ok, one by one or all") {
  const stored_sample store;
  const auto all = store.ask({"verify"});
  CHECK(all.status == 0);
  CHECK(all.out.starts_with("sakura: ok 1"));
  const auto ume = store.ask({"verify", "--clinic", "ume"}).out;
  CHECK(ume.starts_with("ume: ok "));
  CHECK(all.out.ends_with(ume));
  const auto nobody = store.ask({"verify", "--clinic", "nobody"});
  CHECK(nobody.status == 2);
  CHECK(has(nobody.err, "--clinic: there is no such clinic"));
  CHECK(store.ask({"verify", "--clinic", "a/b"}).status == 2);
}

TEST_CASE("verify: a row that was tampered with is named, the others are still checked") {
  const stored_sample store;
  store.sql("UPDATE event_log SET body = replace(body, '\"d1\"', '\"d2\"') WHERE clinic = 'sakura' AND kind = "
            "'room.participant_entered' AND subject = 'd1'");
  const auto shown = store.ask({"verify"});
  CHECK(shown.status == 1);
  const auto& log = store.clinic().log;
  const auto entered = std::find_if(log.begin(), log.end(), [](const event& x) {
    const auto* what = std::get_if<participant_entered>(&x.payload.value);
    return what && what->person == person_id{"d1"};
  });
  CHECK(has(shown.out, "sakura: seq " + std::to_string(entered->position.seq) + ": the hash does not match"));
  CHECK(has(shown.out, "ume: ok"));
}

TEST_CASE("verify: what an earlier run printed finds a history that lost its end, and a clinic that is gone") {
  const stored_sample store;
  const temporary_directory directory;
  const auto heads = (directory.path() / "heads").string();
  const auto before = store.ask({"verify"});
  REQUIRE(before.status == 0);
  std::ofstream{heads} << before.out;
  CHECK(store.ask({"verify", "--heads", heads}).out == before.out);

  for (const auto* table : {"event_log", "event_index", "answer_log", "answer_index", "snapshot_log"}) {
    store.sql(std::string{"DELETE FROM "} + table + " WHERE clinic = 'sakura' AND seq >= 10", std::nullopt);
    store.sql(std::string{"DELETE FROM "} + table + " WHERE clinic = 'ume'", std::nullopt);
  }
  CHECK(store.ask({"verify"}).status == 0);
  const auto after = store.ask({"verify", "--heads", heads});
  CHECK(after.status == 1);
  CHECK(has(after.out, "sakura: seq 10: "));
  CHECK(has(after.out, "ume: seq 1: "));

  std::ofstream{heads} << "sakura: ok 12\n";
  const auto bad = store.ask({"verify", "--heads", heads});
  CHECK(bad.status == 2);
  CHECK(has(bad.err, "heads:1: "));
  CHECK(store.ask({"verify", "--heads", heads + "-none"}).status == 2);
}

TEST_CASE("verify: heads without any head are an error, not a comparison") {
  const stored_sample store;
  const temporary_directory directory;
  const auto heads = (directory.path() / "heads").string();
  std::ofstream{heads} << "";
  for (const auto& given : {heads, directory.path().string()}) {
    const auto shown = store.ask({"verify", "--heads", given});
    CHECK(shown.status == 2);
    CHECK(shown.out.empty());
    CHECK(has(shown.err, given + ": names no clinic"));
  }
}

TEST_CASE("verify, usage and board: a store that cannot be looked into is a wrong command line") {
  for (auto arguments : {std::vector<std::string>{"verify"},
                         {"usage", "--clinic", "c1", "--month", "2026-11"},
                         {"board", "--clinic", "c1", "--at", "1"}}) {
    arguments.insert(arguments.end(), {"--store", "memory:"});
    auto refused = run(arguments);
    CHECK(refused.status == 2);
    CHECK(has(refused.err, "--store: memory: is gone with its engine"));
    arguments.back() = "mysql:me:open-sesame@x";
    refused = run(arguments);
    CHECK(refused.status == 2);
    CHECK(has(refused.err, "--store: must be sqlite:PATH, postgresql://HOST/DATABASE or memory:"));
    CHECK_FALSE(has(refused.err, "open-sesame"));
  }
}

TEST_CASE("verify: a missing row is named; usage and board refuse to guess") {
  const stored_sample store;
  store.sql("DELETE FROM event_log WHERE clinic = 'sakura' AND seq = 9");
  const auto shown = store.ask({"verify"});
  CHECK(shown.status == 1);
  CHECK(has(shown.out, "sakura: seq 9: "));
  for (const auto& arguments : {std::vector<std::string>{"usage", "--clinic", "sakura", "--month", "2026-11"},
                                std::vector<std::string>{"board", "--clinic", "sakura", "--at", "12"}}) {
    const auto refused = store.ask(arguments);
    CHECK(refused.status == 4);
    CHECK(has(refused.err, "seq 9"));
    CHECK(refused.out.empty());
  }
}

TEST_CASE("usage: people get a table, programs JSON with the same figures") {
  const stored_sample store;
  const auto people = store.ask({"usage", "--clinic", "sakura", "--month", "2026-11"});
  CHECK(people.status == 0);
  CHECK(has(people.out, "2026-11-22  room-1    1  35:00"));
  CHECK(has(people.out, "Sum without tax 200 yen, consumption tax 10 % 20 yen, total 220 yen"));
  CHECK_FALSE(has(people.out, "participant_entered"));
  const auto text = store.ask({"usage", "--clinic", "sakura", "--month", "2026-11", "--json"}).out;
  const auto json = boost::json::parse(text).as_object();
  CHECK(json.at("clinic") == "sakura");
  CHECK(json.at("tax_yen") == 20);
  const auto& line = json.at("lines").as_array().at(0).as_object();
  CHECK(line.at("room") == "room-1");
  CHECK(line.at("units") == 2);
  CHECK(line.at("total_yen_ex_tax") == 200);
  CHECK_FALSE(line.contains("sources"));
  CHECK_FALSE(has(text, "山田"));
  CHECK(has(store.ask({"usage", "--clinic", "sakura", "--month", "2026-10"}).out, "total 0 yen"));
}

TEST_CASE("usage: --explain names the events, in Japan's time for people and UTC in JSON") {
  const stored_sample store;
  const auto people = store.ask({"usage", "--clinic", "sakura", "--month", "2026-11", "--explain"});
  CHECK(has(people.out, "room-1, revision 1:"));
  CHECK(has(people.out, "2026-11-22 10:35:00.000  d1   room.participant_left     2026-11-22 10:35:31.000"));
  const auto json = store.ask({"usage", "--clinic", "sakura", "--month", "2026-11", "--explain", "--json"});
  const auto value = boost::json::parse(json.out);
  const auto& sources = value.at("lines").as_array().at(0).at("sources").as_array();
  REQUIRE(sources.size() == 5);
  CHECK(sources[2].at("kind") == "room.participant_left");
  CHECK(sources[2].at("at") == "2026-11-22T01:35:31.000Z");
  CHECK(sources[2].at("counts_from") == "2026-11-22T01:35:00.000Z");
  CHECK(sources[2].at("person") == "d1");
}

TEST_CASE("usage: a wrong clinic, month or store is said plainly") {
  const stored_sample store;
  CHECK(store.ask({"usage", "--clinic", "sakura", "--month", "2026-13"}).status == 2);
  CHECK(store.ask({"usage", "--clinic", "a b", "--month", "2026-11"}).status == 2);
  const auto unknown = store.ask({"usage", "--clinic", "nobody", "--month", "2026-11"});
  CHECK(unknown.status == 2);
  CHECK(has(unknown.err, "machiai: --clinic: there is no such clinic"));
  CHECK(run({"usage", "--store", "sqlite:/nowhere/x.db", "--clinic", "a", "--month", "2026-11"}).status == 4);
  CHECK(run({"verify", "--store", "sqlite:/nowhere/x.db"}).status == 4);
}

TEST_CASE("board: at a seq it is what the fold of that prefix shows") {
  const stored_sample store;
  const auto& log = store.clinic().log;
  for (uint64_t seq = 1; seq <= log.size(); ++seq) {
    CAPTURE(seq);
    const auto shown = store.ask({"board", "--clinic", "sakura", "--at", std::to_string(seq), "--json"});
    REQUIRE(shown.status == 0);
    const auto board = boost::json::parse(shown.out).as_object();
    CHECK(board.at("seq").to_number<uint64_t>() == seq);
    clinic_state state;
    for (uint64_t i = 0; i < seq; ++i)
      apply(state, log[i]);
    CHECK(board.at("cards").as_array().size() == state.rooms.size());
    CHECK(board.at("doctors").as_array().size() == state.doctors.size());
    for (const auto& card : board.at("cards").as_array()) {
      const auto& room = state.rooms.at(room_id{std::string{card.at("room").as_string()}});
      CHECK(std::string{card.at("phase").as_string()} == word_of(phase_of(room)));
      CHECK(card.at("participants").as_array().size() == room.participants.size());
    }
  }
  CHECK(store.ask({"board", "--clinic", "sakura", "--at", "0"}).status == 2);
  CHECK(store.ask({"board", "--clinic", "sakura", "--at", std::to_string(log.size() + 1)}).status == 2);
}

TEST_CASE("board: at a time the last event not after it counts, in any offset") {
  const stored_sample store;
  const auto seq_at = [&](const char* time) {
    const auto shown = store.ask({"board", "--clinic", "sakura", "--at", time, "--json"});
    REQUIRE_MESSAGE(shown.status == 0, shown.err);
    return boost::json::parse(shown.out).at("seq").to_number<size_t>();
  };
  const auto before_loss = store.clinic().log.size() - 4;
  CHECK(seq_at("2026-11-22T10:00:00+09:00") == before_loss);
  CHECK(seq_at("2026-11-22T01:35:30.999Z") == before_loss);
  CHECK(seq_at("2026-11-22T01:35:31Z") == store.clinic().log.size());
  CHECK(seq_at("2030-01-01T00:00:00Z") == store.clinic().log.size());
  CHECK(store.ask({"board", "--clinic", "sakura", "--at", "2000-01-01T00:00:00Z"}).status == 2);
  CHECK(store.ask({"board", "--clinic", "sakura", "--at", "noon"}).status == 2);
}

TEST_CASE("board: people see names, places and times in Japan, aligned") {
  const stored_sample store;
  const auto shown = store.ask({"board", "--clinic", "sakura", "--at", "2026-11-22T12:00:00+09:00"});
  CHECK(shown.status == 0);
  CHECK(has(shown.out, "2026-11-22 10:35:31.000 JST"));
  CHECK(has(shown.out, "2026-11-22 10:00  room-1  ended    name-p1    Dr d1          35:00  200\n"));
  CHECK(has(shown.out, "2026-11-22 10:00  room-2  waiting  山田 花子  Dr d1       1  00:00    0  name of p2 waits\n"));
}

TEST_CASE("store commands: they read beside a running engine") {
  const stored_sample store;
  const auto engine = open_store({.url = store.url()});
  REQUIRE(engine);
  CHECK(store.ask({"verify"}).status == 0);
  CHECK(store.ask({"usage", "--clinic", "sakura", "--month", "2026-11"}).status == 0);
  CHECK(store.ask({"board", "--clinic", "sakura", "--at", "3"}).status == 0);
}
