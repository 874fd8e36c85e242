#include "tests/support/actor_fixture.hpp"

#include "store/event_codec.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace machiai::test {

const clinic_id actor_fixture::clinic{"c1"};

actor_fixture::actor_fixture() {
  settings.store.commit_interval_us = 0;
}

actor_fixture::~actor_fixture() {
  crash();
}

void actor_fixture::start(commit_faults faults) {
  engine_options x;
  x.settings = std::make_shared<machiai::settings>(settings);
  x.disk = disk_;
  x.faults = std::move(faults);
  x.engine = ((uint64_t{start_second} * 1000) << 16U) + ++engines_;
  x.starts_at = time_;
  engine_.emplace(std::move(x));
  shard_.emplace(*engine_, 0);
  system_ = shard_->connect(clinic, {role::system, person_id{"emr"}}, std::nullopt, std::nullopt, true).id;
  settle();
}

void actor_fixture::crash() {
  if (!engine_)
    return;
  time_ = engine_->now();
  shard_.reset();
  engine_.reset();
}

void actor_fixture::stop_as_planned() {
  shard_->forget_all();
  caf::anon_send(engine_->registry(), drain_clinics{settings.drain.reconnect_window_ms});
  settle();
  caf::anon_send(engine_->log(), mark_clean{});
  settle();
  crash();
}

void actor_fixture::make_clinic(int rooms) {
  CHECK(is_ok(ask_clinic(of_clinic({put_clinic{{"待合クリニック"}}}))));
  CHECK(is_ok(ask_clinic(of_clinic({put_doctor{{person_id{"d1"}, "佐藤 一郎"}}}))));
  CHECK(is_ok(ask_clinic(of_clinic({put_doctor{{person_id{"d2"}, "鈴木 二郎"}}}))));
  for (int i = 1; i <= rooms; ++i) {
    const auto number = std::to_string(i);
    const person_id who{"p" + number};
    CHECK(is_ok(ask_clinic(of_clinic({put_patient{{who, "患者 " + number, "カンジャ", number, false}}}))));
    appointment visit;
    visit.room = room_id{"r" + number};
    visit.starts_at = engine_->now();
    visit.patients = {who};
    visit.doctors = {person_id{"d1"}};
    CHECK(is_ok(ask_clinic(of_room({put_appointment{visit}}))));
  }
}

session& actor_fixture::console(std::optional<position> resume) {
  auto& x = shard_->connect(clinic, {role::staff, person_id{"reception"}}, topic{audience::staff, {}}, resume);
  settle();
  return x;
}

session& actor_fixture::doctor(const std::string& id) {
  auto& x = shard_->connect(clinic, {role::doctor, person_id{id}}, topic{audience::staff, {}});
  settle();
  return x;
}

session& actor_fixture::patient(const std::string& id, const std::string& room, std::optional<position> resume) {
  auto& x = shard_->connect(clinic, {role::patient, person_id{id}}, topic{audience::patient, room_id{room}}, resume);
  settle();
  return x;
}

session& actor_fixture::guest(const std::string& id, const std::string& room) {
  auto& x = shard_->connect(clinic, {role::guest, person_id{id}}, topic{audience::guest, room_id{room}});
  settle();
  return x;
}

std::string actor_fixture::ask(session& from, const any_command& command) {
  return ask(from, "k" + std::to_string(engines_) + "-" + std::to_string(++commands_), command);
}

std::string actor_fixture::ask(session& from, const std::string& id, const any_command& command) {
  shard_->send(from, command_id{id}, command);
  settle();
  return from.answer(id);
}

std::string actor_fixture::ask_clinic(const any_command& command) {
  return ask(*shard_->find(system_), command);
}

clinic_state actor_fixture::stored() const {
  memory_event_store store(disk_);
  const auto history = store.load(clinic, UINT64_MAX);
  clinic_state state;
  if (history->snapshot)
    state = decode_snapshot(history->snapshot->body)->state;
  for (const auto& record : history->events)
    apply(state, *to_event(record));
  return state;
}

const participant* actor_fixture::stored_participant(const std::string& room, const std::string& person) {
  scratch_ = stored();
  const auto* found = find_room(scratch_, room_id{room});
  return found == nullptr ? nullptr : find_participant(*found, person_id{person});
}

std::string actor_fixture::stored_kinds(uint64_t first_seq) const {
  std::string result;
  for (const auto& x : disk_->clinics[clinic].events)
    if (x.seq >= first_seq)
      result += x.kind + (x.subject.empty() ? "" : " " + x.subject.value) + "\n";
  return result;
}

uint64_t actor_fixture::stored_seq() const {
  const auto& events = disk_->clinics[clinic].events;
  return events.empty() ? 0 : events.back().seq;
}

any_command enter_waiting(const std::string& room) {
  return person_command{enter_waiting_room{room_id{room}}};
}

any_command enter(const std::string& room) {
  return person_command{enter_room{room_id{room}}};
}

any_command leave(const std::string& room) {
  return person_command{leave_room{room_id{room}}};
}

any_command admit_to(const std::string& room, const std::string& person) {
  return room_command{admit{room_id{room}, person_id{person}}};
}

any_command end_of(const std::string& room) {
  return room_command{end_consultation{room_id{room}}};
}

any_command of_room(room_command what) {
  return what;
}

any_command of_clinic(clinic_command what) {
  return what;
}

bool is_ok(const std::string& answer) {
  return answer.find("\"ok\":true") != std::string::npos;
}

} // namespace machiai::test
