#pragma once

#include "actors/model/audio_only.hpp"
#include "actors/model/clinic_state.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a clinic owes for a month, read from its events and from nothing else.
namespace machiai {

/// An event that a figure rests on. `counts_from` is the time the meter takes, which for a lost connection is the last
/// proof of presence and lies before `at`.
struct usage_source {
  machiai::position position;
  timestamp at;
  timestamp counts_from;
  std::string kind;
  person_id person;
  friend bool operator==(const usage_source&, const usage_source&) = default;
};
BOOST_DESCRIBE_STRUCT(usage_source, (), (position, at, counts_from, kind, person))

/// One end of a consultation. A correction (`revision` above 1) covers the whole consultation in its time, units and
/// participants; its yen are what changed against the revision before.
struct usage_line {
  room_id room;
  int32_t revision = 1;
  bool is_correction = false;
  bool is_test = false;
  /// JST date of the first doctor's entry, as `2026-12-31` (domain.md R15).
  std::string usage_date;
  /// JST month of the last millisecond with a doctor in the room, as `2027-01`.
  std::string billing_month;
  int64_t doctor_in_room_ms = 0;
  int64_t units = 0;
  int64_t additional_participants = 0;
  int64_t base_yen = 0;
  int64_t additional_yen = 0;
  int64_t total_yen_ex_tax = 0;
  std::vector<person_id> doctors;
  std::vector<person_id> patients;
  std::vector<audio_only_stretch> audio_only;
  /// Left out when nobody asked for an explanation.
  std::optional<std::vector<usage_source>> sources;
};
BOOST_DESCRIBE_STRUCT(usage_line, (),
                      (room, revision, is_correction, is_test, usage_date, billing_month, doctor_in_room_ms, units,
                       additional_participants, base_yen, additional_yen, total_yen_ex_tax, doctors, patients,
                       audio_only, sources))

/// A consultation that is not ended and has no bill for what runs now.
struct open_consultation {
  room_id room;
  /// JST date of the first doctor's entry.
  std::string usage_date;
  std::vector<person_id> doctors;
  std::vector<person_id> patients;
  bool is_test = false;
};
BOOST_DESCRIBE_STRUCT(open_consultation, (), (room, usage_date, doctors, patients, is_test))

/// Consumption tax is floored once, on the month's sum (domain.md R21).
struct usage_statement {
  std::string month;
  /// In the order of their ends.
  std::vector<usage_line> lines;
  /// Those that began in the month or before it.
  std::vector<open_consultation> open;
  int64_t base_yen = 0;
  int64_t additional_yen = 0;
  int64_t total_yen_ex_tax = 0;
  int64_t tax_percent = 0;
  int64_t tax_yen = 0;
  int64_t total_yen = 0;
};
BOOST_DESCRIBE_STRUCT(usage_statement, (),
                      (month, lines, open, base_yen, additional_yen, total_yen_ex_tax, tax_percent, tax_yen, total_yen))

inline constexpr int64_t consumption_tax_percent = 10;

/// True for `2026-11`.
bool is_month(std::string_view text);

/// Until when a snapshot may be from which a month's statement is read: whatever ends after it belongs to this month or
/// a later one.
/// @pre `is_month(month)`
timestamp latest_start_for(std::string_view month);

/// Time of the first event that could stand behind a line of one of these rooms; nothing when there is none. A reader
/// that starts from a snapshot of an earlier time names every source.
std::optional<timestamp> first_source_at(const clinic_state& state);

/// Folds a clinic's events into the statement of one month. The yen are those of the bills in the log, never measured
/// anew: a later price changes no former bill.
class usage_reader {
public:
  /// Reads from the first event on, or from the one after `start`, a state of no later time than `latest_start_for`.
  /// @pre `is_month(month)`
  explicit usage_reader(std::string month, clinic_state start = {});

  /// @pre `x` follows the event read before.
  void read(const event& x);

  /// True when no later event can add a line.
  [[nodiscard]] bool is_complete() const;

  /// The lines of the events read, and what is open in `latest`, the clinic's state as of which the statement speaks.
  [[nodiscard]] usage_statement statement(const clinic_state& latest) const;

  /// The statement as of the last event read.
  [[nodiscard]] usage_statement statement() const { return statement(state_); }

private:
  /// From when on the event counts: a leave from the last proof of presence on.
  [[nodiscard]] timestamp counts_from(const event& x, bool was_inside) const;
  void note_source(const event& x, bool was_inside);
  void add_line(const event& x, const consultation_ended& end);

  std::string month_;
  /// The month's last moment, which still belongs to it (domain.md R15).
  timestamp end_;
  clinic_state state_;
  std::map<room_id, std::vector<usage_source>> sources_;
  std::map<room_id, audio_only_record> audio_only_;
  std::vector<usage_line> lines_;
};

} // namespace machiai
