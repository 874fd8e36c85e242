#include "actors/model/usage.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

usage_statement statement_of(const model_clinic& clinic, const std::string& month) {
  usage_reader reader{month};
  for (const auto& x : clinic.log)
    reader.read(x);
  return reader.statement();
}

/// Moves the clinic's clock to a time in Japan.
void go_to(model_clinic& clinic, const char* japan_time) {
  const auto at = parse_rfc3339(japan_time);
  REQUIRE(at);
  clinic.now = *at;
}

/// Doctor and patient from `from` to `to`, then the end.
void consult(model_clinic& clinic, const room_id& room, const char* from, const char* to, bool with_family = false) {
  go_to(clinic, from);
  clinic.book(room);
  clinic.bring_in(room, "p1");
  if (with_family) {
    clinic.invite(room, "f-" + room.value, party::family);
    clinic.ask({admit{room, person_id{"f-" + room.value}}});
  }
  clinic.enter(room, "d1");
  go_to(clinic, to);
  clinic.ask({end_consultation{room}});
}

size_t lines_in(const model_clinic& clinic, const std::string& month) {
  return statement_of(clinic, month).lines.size();
}

} // namespace

TEST_CASE("usage: a line says when, who, how much, and the month adds up with tax floored once") {
  model_clinic clinic;
  consult(clinic, room_1, "2026-11-02T10:00:00+09:00", "2026-11-02T10:35:00+09:00", true);
  consult(clinic, room_id{"room-2"}, "2026-11-03T10:00:00+09:00", "2026-11-03T10:10:00+09:00");
  const auto month = statement_of(clinic, "2026-11");
  REQUIRE(month.lines.size() == 2);
  const auto& line = month.lines[0];
  CHECK(line.room == room_1);
  CHECK(line.revision == 1);
  CHECK_FALSE(line.is_correction);
  CHECK_FALSE(line.is_test);
  CHECK(line.usage_date == "2026-11-02");
  CHECK(line.billing_month == "2026-11");
  CHECK(line.doctor_in_room_ms == (35 * minute).count());
  CHECK(line.units == 2);
  CHECK(line.additional_participants == 1);
  CHECK(line.base_yen == 200);
  CHECK(line.additional_yen == 100);
  CHECK(line.total_yen_ex_tax == 300);
  CHECK(line.doctors == ids({"d1"}));
  CHECK(line.patients == ids({"p1"}));
  CHECK(month.base_yen == 300);
  CHECK(month.total_yen_ex_tax == 400);
  CHECK(month.tax_percent == 10);
  CHECK(month.tax_yen == 40);
  CHECK(month.total_yen == 440);
  CHECK(month.open.empty());
}

TEST_CASE("usage: e01 crosses midnight, e02 the year: date by the first entry, month by the last occupied moment") {
  model_clinic clinic;
  consult(clinic, room_1, "2026-04-10T23:50:00+09:00", "2026-04-11T00:10:00+09:00");
  consult(clinic, room_id{"room-2"}, "2026-12-31T23:40:00+09:00", "2027-01-01T00:15:00+09:00", true);
  REQUIRE(lines_in(clinic, "2026-04") == 1);
  CHECK(statement_of(clinic, "2026-04").lines[0].usage_date == "2026-04-10");
  CHECK(lines_in(clinic, "2026-12") == 0);
  REQUIRE(lines_in(clinic, "2027-01") == 1);
  const auto line = statement_of(clinic, "2027-01").lines[0];
  CHECK(line.usage_date == "2026-12-31");
  CHECK(line.total_yen_ex_tax == 300);
}

TEST_CASE("usage: an exit at midnight of the 1st belongs to the month before, a millisecond later to the new one") {
  model_clinic clinic;
  consult(clinic, room_1, "2026-10-31T23:40:00+09:00", "2026-11-01T00:00:00.000+09:00");
  consult(clinic, room_id{"room-2"}, "2026-11-30T23:40:00+09:00", "2026-12-01T00:00:00.001+09:00");
  CHECK(lines_in(clinic, "2026-10") == 1);
  CHECK(lines_in(clinic, "2026-11") == 0);
  CHECK(lines_in(clinic, "2026-12") == 1);
}

TEST_CASE("usage: a patient who stays on after the doctor's last exit moves no month") {
  model_clinic clinic;
  go_to(clinic, "2026-10-31T23:40:00+09:00");
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.enter(room_1, "d1");
  go_to(clinic, "2026-10-31T23:59:00+09:00");
  clinic.leave(room_1, "d1");
  go_to(clinic, "2026-11-01T00:30:00+09:00");
  clinic.ask(end_it);
  CHECK(lines_in(clinic, "2026-10") == 1);
}

TEST_CASE("usage: a consultation without doctor time gives no line") {
  model_clinic clinic;
  go_to(clinic, "2026-11-02T10:00:00+09:00");
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.wait(20 * minute);
  clinic.ask(end_it);
  clinic.book(room_id{"room-2"});
  clinic.enter(room_id{"room-2"}, "d1");
  clinic.ask({end_consultation{room_id{"room-2"}}});
  CHECK(lines_in(clinic, "2026-11") == 0);
  CHECK(statement_of(clinic, "2026-11").total_yen == 0);
}

TEST_CASE("usage: a correction is a line of its own, with the difference, in the month of its last exit") {
  model_clinic clinic;
  consult(clinic, room_1, "2026-11-30T23:00:00+09:00", "2026-11-30T23:20:00+09:00", true);
  clinic.ask(reopen_it);
  go_to(clinic, "2026-12-01T09:00:00+09:00");
  clinic.enter(room_1, "d2");
  clinic.wait(45 * minute);
  clinic.ask(end_it);
  clinic.ask(reopen_it);
  clinic.ask(end_it);
  const auto november = statement_of(clinic, "2026-11");
  REQUIRE(november.lines.size() == 1);
  CHECK(november.total_yen_ex_tax == 150);
  const auto december = statement_of(clinic, "2026-12");
  REQUIRE(december.lines.size() == 1);
  const auto& line = december.lines[0];
  CHECK(line.revision == 2);
  CHECK(line.is_correction);
  CHECK(line.usage_date == "2026-11-30");
  CHECK(line.units == 3);
  CHECK(line.doctor_in_room_ms == (65 * minute).count());
  CHECK(line.additional_participants == 2);
  CHECK(line.base_yen == 200);
  CHECK(line.additional_yen == 250);
  CHECK(line.total_yen_ex_tax == 450);
  CHECK(line.doctors == ids({"d1", "d2"}));
}

TEST_CASE("usage: tests are charged and marked") {
  model_clinic clinic;
  go_to(clinic, "2026-11-02T10:00:00+09:00");
  clinic.book(room_1, {"p1"}, {"d1"}, true);
  clinic.enter(room_1, "d1");
  clinic.wait(minute);
  clinic.ask(end_it);
  const auto month = statement_of(clinic, "2026-11");
  REQUIRE(month.lines.size() == 1);
  CHECK(month.lines[0].is_test);
  CHECK(month.total_yen_ex_tax == 100);
}

TEST_CASE("usage: what is still open stands apart, not before its month") {
  model_clinic clinic;
  go_to(clinic, "2026-11-30T23:50:00+09:00");
  clinic.book(room_1);
  clinic.enter(room_1, "d1");
  clinic.wait(hour);
  clinic.leave(room_1, "d1");
  CHECK(statement_of(clinic, "2026-10").open.empty());
  for (const auto* month : {"2026-11", "2026-12"}) {
    const auto statement = statement_of(clinic, month);
    CHECK(statement.lines.empty());
    REQUIRE(statement.open.size() == 1);
    CHECK(statement.open[0].room == room_1);
    CHECK(statement.open[0].usage_date == "2026-11-30");
    CHECK(statement.open[0].doctors == ids({"d1"}));
  }
  clinic.ask(end_it);
  CHECK(statement_of(clinic, "2026-12").open.empty());
  CHECK(lines_in(clinic, "2026-12") == 1);
}

TEST_CASE("usage: an archived room's lines stay") {
  model_clinic clinic;
  consult(clinic, room_1, "2026-11-02T10:00:00+09:00", "2026-11-02T10:35:00+09:00");
  clinic.wait(24 * hour);
  clinic.pass_time(room_1);
  consult(clinic, room_id{"room-2"}, "2026-11-05T10:00:00+09:00", "2026-11-05T10:01:00+09:00");
  const auto month = statement_of(clinic, "2026-11");
  REQUIRE(month.lines.size() == 2);
  CHECK(month.lines[1].total_yen_ex_tax == 100);
  CHECK(month.lines[1].sources->front().position.seq > month.lines[0].sources->back().position.seq);
}

TEST_CASE("usage: a line is explained by the events it rests on, with the time that counts") {
  model_clinic clinic;
  go_to(clinic, "2026-11-02T10:00:00+09:00");
  clinic.book(room_1);
  clinic.bring_in(room_1, "p1");
  clinic.enter(room_1, "d1");
  clinic.attend(room_1, "p1", false);
  clinic.wait(10 * minute);
  const auto proof = clinic.now;
  clinic.wait(31 * second);
  clinic.lose(room_1, "d1", proof);
  clinic.ask(send_out("p1"));
  clinic.leave(room_1, "p1");
  clinic.ask(end_it);
  const auto month = statement_of(clinic, "2026-11");
  REQUIRE(month.lines.size() == 1);
  const auto& sources = *month.lines[0].sources;
  std::string text;
  for (const auto& x : sources) {
    const auto& logged = clinic.log.at(x.position.seq - 1);
    CHECK(logged.position == x.position);
    CHECK(logged.at == x.at);
    text += x.kind + ' ' + x.person.value + '\n';
  }
  CHECK(text == "room.participant_entered p1\nroom.participant_entered d1\nroom.participant_left d1\n"
                "room.participant_sent_back p1\nroom.consultation_ended \n");
  CHECK(sources[2].counts_from == proof);
  CHECK(sources[3].counts_from == clinic.now);
}

TEST_CASE("usage: a reader is complete once nobody is left whose consultation began by the month's end") {
  model_clinic clinic;
  go_to(clinic, "2026-11-30T23:30:00+09:00");
  clinic.book(room_1);
  clinic.enter(room_1, "d1");
  clinic.wait(20 * minute);
  clinic.leave(room_1, "d1");
  go_to(clinic, "2026-12-05T10:00:00+09:00");
  clinic.book(room_id{"room-2"});
  clinic.ask(end_it);
  const auto ended = clinic.log.size();
  clinic.wait(24 * hour);
  clinic.pass_time(room_1);
  usage_reader reader{"2026-11"};
  for (const auto& x : clinic.log) {
    reader.read(x);
    CHECK(reader.is_complete() == (x.position.seq > ended));
  }
  CHECK(reader.statement().lines.size() == 1);
}

TEST_CASE("usage: a month is a year and a month") {
  CHECK(is_month("2026-11"));
  for (const auto* text : {"", "2026", "2026-13", "2026-00", "2026-1", "2026-11-01", "11-2026"})
    CHECK_FALSE(is_month(text));
}
