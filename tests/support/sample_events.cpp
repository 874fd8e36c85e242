#include "tests/support/sample_events.hpp"

namespace machiai::test {

namespace {

const timestamp noon{1'775'782'800'000};

appointment sample_appointment() {
  return {.room = room_id{"room-1"},
          .starts_at = noon,
          .duration_min = 30,
          .menu = "再診 \"online\"",
          .patients = {person_id{"p-1"}, person_id{"p-2"}},
          .doctors = {person_id{"d-1"}},
          .is_test = true};
}

bill sample_bill() {
  return {.policy = "union-ceil-distinct/1",
          .doctor_in_room_ms = 1'800'001,
          .units = 2,
          .additional_participants = 1,
          .base_yen = 200,
          .additional_yen = 100,
          .total_yen_ex_tax = 300,
          .first_doctor_enter = noon,
          .last_doctor_exit = noon + milliseconds{1'800'001}};
}

} // namespace

std::vector<event_payload> one_payload_of_each_kind() {
  const person_id person{"p-1"};
  return {
      {clinic_created{{"待合クリニック"}}},
      {clinic_changed{{"Clinic \\ 2\n"}}},
      {key_registered{{key_id{"k-1"}, "EdDSA", "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n"}}},
      {key_revoked{key_id{"k-1"}}},
      {person_revoked{person}},
      {doctor_recorded{{person_id{"d-1"}, "佐藤 一郎"}}},
      {patient_recorded{{person, "山田 花子", "ヤマダ ハナコ", "000123", true}}},
      {appointment_booked{sample_appointment()}},
      {appointment_changed{sample_appointment()}},
      {appointment_cancelled{}},
      {participant_arrived{person, party::family, "花子の母"}},
      {participant_admitted{person}},
      {participant_entered{person, party::doctor, "医師", tariff{}}},
      {participant_sent_back{person}},
      {participant_unstable{person, noon}},
      {participant_stable{person}},
      {participant_left{person, noon, leave_reason::lost}},
      {participant_removed{person}},
      {attention_changed{person, false}},
      {media_changed{person, true, false}},
      {device_tested{person, device_check::passed, device_check::refused, device_check::skipped, device_check::failed}},
      {guest_invited{invite_id{"i-1"}, person_id{"g-1"}, party::nurse, "看護師", noon, std::string(64, 'a')}},
      {invite_redeemed{invite_id{"i-1"}, person_id{"g-1"}}},
      {invite_revoked{invite_id{"i-1"}, person_id{"g-1"}}},
      {room_locked{}},
      {room_unlocked{}},
      {consultation_ended{end_reason::no_doctor, 2, sample_bill()}},
      {consultation_reopened{}},
      {room_archived{}},
  };
}

std::vector<event> one_event_of_each_kind() {
  std::vector<event> events;
  for (auto& payload : one_payload_of_each_kind()) {
    const auto seq = events.size() + 1;
    events.push_back({.position = {3, seq},
                      .at = noon + milliseconds{seq},
                      .room = room_id{"room-1"},
                      .by = {role::staff, person_id{"reception-1"}},
                      .payload = std::move(payload)});
  }
  return events;
}

} // namespace machiai::test
