#include "config/error.hpp"
#include "store/event_codec.hpp"
#include "tests/support/sample_events.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

using namespace machiai;

namespace {

boost::json::object golden_bodies() {
  std::ifstream file{MACHIAI_SOURCE_DIR "/tests/golden/event_bodies.json"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  REQUIRE_FALSE(text.empty());
  return boost::json::parse(text).as_object();
}

} // namespace

TEST_CASE("event codec: every kind has its own name and its stored form never changes") {
  const auto golden = golden_bodies();
  std::set<std::string_view> kinds;
  for (const auto& payload : test::one_payload_of_each_kind()) {
    const auto kind = kind_of(payload);
    INFO(kind);
    CHECK(kinds.insert(kind).second);
    const auto* body = golden.if_contains(kind);
    REQUIRE_MESSAGE(body != nullptr, encode_body(payload));
    CHECK(encode_body(payload) == std::string_view{body->as_string()});
    const auto decoded = decode_body(kind, body->as_string());
    REQUIRE(decoded);
    CHECK(*decoded == payload);
  }
  CHECK(kinds.size() == golden.size());
}

TEST_CASE("event codec: a row gives the event back") {
  for (const auto& event : test::one_event_of_each_kind()) {
    const auto record = to_record(clinic_id{"c-1"}, event);
    CHECK(record.author == "staff:reception-1");
    const auto back = to_event(record);
    REQUIRE(back);
    CHECK(*back == event);
  }
}

TEST_CASE("event codec: the engine itself is an author without id") {
  auto event = test::one_event_of_each_kind().front();
  event.by = {};
  const auto record = to_record(clinic_id{"c-1"}, event);
  CHECK(record.author == "engine:");
  CHECK(*to_event(record) == event);
}

TEST_CASE("event codec: the subject is the person the event is about") {
  CHECK(subject_of({participant_admitted{person_id{"p-1"}}}) == person_id{"p-1"});
  CHECK(subject_of({doctor_recorded{{person_id{"d-1"}, ""}}}) == person_id{"d-1"});
  CHECK(subject_of({patient_recorded{{person_id{"p-2"}, "", "", "", false}}}) == person_id{"p-2"});
  CHECK(subject_of({room_locked{}}) == person_id{});
}

TEST_CASE("event codec: rows that do not fit are damage, not defaults") {
  const auto good = to_record(clinic_id{"c-1"}, test::one_event_of_each_kind()[11]);
  const auto check_damaged = [](const event_record& record) {
    const auto event = to_event(record);
    REQUIRE_FALSE(event);
    CHECK(code_of(event.error()) == ec::store_damaged);
  };
  auto row = good;
  row.kind = "room.exploded";
  check_damaged(row);
  row = good;
  row.body = "{\"person\":";
  check_damaged(row);
  row = good;
  row.body = "{\"person\":5}";
  check_damaged(row);
  row = good;
  row.author = "staff";
  check_damaged(row);
  row.author = "boss:x";
  check_damaged(row);
}

TEST_CASE("event codec: a body of another version reads: unknown members ignored, missing ones default") {
  const auto decoded = decode_body("room.participant_left", R"({"person":"p-1","mood":"good"})");
  REQUIRE(decoded);
  CHECK(*decoded == event_payload{participant_left{person_id{"p-1"}, {}, leave_reason::left}});
}

TEST_CASE("event codec: profiles hold what later versions record, and those of before read as without it") {
  const event_payload full{clinic_changed{{"待合", "03-1234-5678", "一番町1-1", 5, 15}}};
  CHECK(encode_body(full) ==
        R"({"profile":{"name":"待合","phone":"03-1234-5678","address":"一番町1-1","waiting_warn_min":5,)"
        R"("waiting_alert_min":15}})");
  CHECK(*decode_body("clinic.changed", encode_body(full)) == full);
  CHECK(*decode_body("clinic.changed", R"({"profile":{"name":"待合"}})") == event_payload{clinic_changed{{"待合"}}});
  const event_payload doctor{doctor_recorded{{person_id{"d1"}, "佐藤", 1998}}};
  CHECK(*decode_body("clinic.doctor_recorded", encode_body(doctor)) == doctor);
  CHECK(*decode_body("clinic.doctor_recorded", R"({"doctor":{"doctor":"d1","name":"佐藤"}})") ==
        event_payload{doctor_recorded{{person_id{"d1"}, "佐藤"}}});
}
