#include "actors/model/usage.hpp"

#include "store/event_codec.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace machiai {

namespace {

std::string japan_date(timestamp at) {
  return japan_time_text(at).substr(0, 10);
}

std::vector<person_id> doctors_in(const room_state& room) {
  std::vector<person_id> doctors;
  for (const auto& x : room.stays)
    if (x.party == party::doctor && std::find(doctors.begin(), doctors.end(), x.person) == doctors.end())
      doctors.push_back(x.person);
  return doctors;
}

bool is_in_room(const clinic_state& state, const room_id& room, const person_id& person) {
  const auto* known = find_room(state, room);
  const auto* who = known ? find_participant(*known, person) : nullptr;
  return who && who->whereabouts == whereabouts::in_room;
}

bool is_leave(const event_payload& payload) {
  const auto& what = payload.value;
  return std::holds_alternative<participant_left>(what) || std::holds_alternative<participant_sent_back>(what) ||
         std::holds_alternative<participant_removed>(what);
}

/// The newest end of the person's stays: what a leaving event made of them.
timestamp exit_of(const room_state& room, const person_id& person) {
  timestamp last;
  for (const auto& x : room.stays)
    if (x.person == person && x.exit)
      last = std::max(last, *x.exit);
  return last;
}

/// Events of one room are in the order of their times. Those of different rooms are out of it by the time a message
/// takes, and by as much as a clock was set back while the engine ran; a day is far more than either.
constexpr milliseconds disorder_max{24 * 60 * 60 * 1000};

/// The first moment of the month in Japan, or of a later one.
timestamp begin_of(std::string_view month, int later = 0) {
  const auto number = [&](size_t at, size_t length) { return std::stoi(std::string{month.substr(at, length)}); };
  const auto first = std::chrono::year{number(0, 4)} / number(5, 2) / 1 + std::chrono::months{later};
  constexpr milliseconds nine_hours{9 * 60 * 60 * 1000};
  return timestamp{milliseconds{std::chrono::sys_days{first}.time_since_epoch()}.count()} - nine_hours;
}

/// The tax on a sum, rounded towards less also for a sum below zero.
int64_t tax_on(int64_t sum_yen) {
  const auto hundredths = sum_yen * consumption_tax_percent;
  return hundredths / 100 - (hundredths % 100 < 0 ? 1 : 0);
}

} // namespace

bool is_month(std::string_view text) {
  return text.size() == 7 && parse_rfc3339(std::string{text} + "-01T00:00:00Z").has_value();
}

timestamp latest_start_for(std::string_view month) {
  return begin_of(month) - disorder_max;
}

std::optional<timestamp> first_source_at(const clinic_state& state) {
  std::optional<timestamp> first;
  const auto note = [&first](timestamp at) { first = std::min(first.value_or(at), at); };
  for (const auto& [id, room] : state.rooms) {
    for (const auto& x : room.stays)
      note(x.enter);
    for (const auto& x : room.bills)
      note(x.at);
  }
  return first;
}

usage_reader::usage_reader(std::string month, clinic_state start)
    : month_(std::move(month)), end_(begin_of(month_, 1)), state_(std::move(start)) {}

void usage_reader::read(const event& x) {
  const auto was_inside = is_in_room(state_, x.room, subject_of(x.payload));
  apply(state_, x);
  if (std::holds_alternative<room_archived>(x.payload.value)) {
    sources_.erase(x.room);
    audio_only_.erase(x.room);
    return;
  }
  note_source(x, was_inside);
  if (const auto* room = find_room(state_, x.room))
    audio_only_[x.room].note(*room, counts_from(x, was_inside));
  if (const auto* end = std::get_if<consultation_ended>(&x.payload.value))
    add_line(x, *end);
}

timestamp usage_reader::counts_from(const event& x, bool was_inside) const {
  return was_inside && is_leave(x.payload) ? exit_of(state_.rooms.at(x.room), subject_of(x.payload)) : x.at;
}

void usage_reader::note_source(const event& x, bool was_inside) {
  const auto& what = x.payload.value;
  const auto counts = is_leave(x.payload) ? was_inside
                                          : std::holds_alternative<participant_entered>(what) ||
                                                std::holds_alternative<consultation_ended>(what) ||
                                                std::holds_alternative<consultation_reopened>(what);
  if (counts)
    sources_[x.room].push_back(
        {x.position, x.at, counts_from(x, was_inside), std::string{kind_of(x.payload)}, subject_of(x.payload)});
}

void usage_reader::add_line(const event& x, const consultation_ended& end) {
  const auto& bill = end.bill;
  if (!bill.first_doctor_enter || !bill.last_doctor_exit)
    return;
  const auto& room = state_.rooms.at(x.room);
  machiai::bill earlier;
  if (room.bills.size() > 1)
    earlier = room.bills[room.bills.size() - 2].bill;
  // Reopened and ended again with nobody there in between: there is nothing to correct.
  if (bill == earlier)
    return;
  usage_line line;
  line.billing_month = japan_month(*bill.last_doctor_exit - milliseconds{1});
  if (line.billing_month != month_)
    return;
  line.room = x.room;
  line.revision = end.revision;
  line.is_correction = end.revision > 1;
  line.is_test = room.appointment.is_test;
  line.usage_date = japan_date(*bill.first_doctor_enter);
  line.doctor_in_room_ms = bill.doctor_in_room_ms;
  line.units = bill.units;
  line.additional_participants = bill.additional_participants;
  line.base_yen = bill.base_yen - earlier.base_yen;
  line.additional_yen = bill.additional_yen - earlier.additional_yen;
  line.total_yen_ex_tax = bill.total_yen_ex_tax - earlier.total_yen_ex_tax;
  line.doctors = doctors_in(room);
  line.patients = room.appointment.patients;
  line.audio_only = audio_only_[x.room].stretches();
  line.sources = sources_[x.room];
  lines_.push_back(std::move(line));
}

bool usage_reader::is_complete() const {
  if (state_.last_at <= end_ + disorder_max)
    return false;
  // A bill of this month needs a doctor who came before the month was over.
  return std::ranges::none_of(state_.rooms, [this](const auto& room) {
    return std::ranges::any_of(room.second.stays,
                               [this](const stay& x) { return x.party == party::doctor && x.enter <= end_; });
  });
}

usage_statement usage_reader::statement(const clinic_state& latest) const {
  usage_statement result;
  result.month = month_;
  result.lines = lines_;
  for (const auto& [id, room] : latest.rooms) {
    if (phase_of(room) != room_phase::in_consultation)
      continue;
    const auto first =
        std::find_if(room.stays.begin(), room.stays.end(), [](const stay& x) { return x.party == party::doctor; });
    if (japan_month(first->enter) <= month_)
      result.open.push_back(
          {id, japan_date(first->enter), doctors_in(room), room.appointment.patients, room.appointment.is_test});
  }
  for (const auto& line : lines_) {
    result.base_yen += line.base_yen;
    result.additional_yen += line.additional_yen;
    result.total_yen_ex_tax += line.total_yen_ex_tax;
  }
  result.tax_percent = consumption_tax_percent;
  result.tax_yen = tax_on(result.total_yen_ex_tax);
  result.total_yen = result.total_yen_ex_tax + result.tax_yen;
  return result;
}

} // namespace machiai
