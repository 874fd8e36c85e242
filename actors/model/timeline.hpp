#pragma once

#include "actors/model/meter.hpp"

#include <boost/describe/enum.hpp>
#include <caf/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Timelines of consultations as files hold them: what `machiai meter` reads and tests/golden/billing.json is.
namespace machiai {

BOOST_DEFINE_ENUM_CLASS(timeline_action, enter, exit)

struct timeline_actor {
  std::string id;
  party role = party::patient;
};
BOOST_DESCRIBE_STRUCT(timeline_actor, (), (id, role))

/// A person comes or goes, in server time.
struct timeline_edge {
  timestamp t;
  timeline_actor actor;
  timeline_action action = timeline_action::enter;
};
BOOST_DESCRIBE_STRUCT(timeline_edge, (), (t, actor, action))

/// The figures of a bill without its times.
struct meter_result {
  int64_t doctor_in_room_ms = 0;
  int64_t units = 0;
  int64_t additional_participants = 0;
  int64_t base_yen = 0;
  int64_t additional_yen = 0;
  int64_t total_yen_ex_tax = 0;
  friend bool operator==(const meter_result&, const meter_result&) = default;
};
BOOST_DESCRIBE_STRUCT(meter_result, (),
                      (doctor_in_room_ms, units, additional_participants, base_yen, additional_yen, total_yen_ex_tax))

meter_result result_of(const bill& x);

/// One consultation. `expect`, like a `why` in the file, is for those who write cases: nothing is compared with it.
struct timeline {
  std::string name;
  std::vector<timeline_edge> events;
  std::optional<meter_result> expect;
};

/// A timeline with the stays its edges make; some stays may be open.
struct measured_timeline {
  timeline source;
  std::vector<stay> stays;
};

/// Reads a JSON array of timelines. `ec::malformed` names the case by place and name, and the event by its index; of a
/// text that is not JSON the line, and the case when the fault is within one. Edges stand in processing order: entering
/// while inside and leaving while outside are without effect (domain.md 9.2), a person's time that goes back or a
/// person in two roles is an error.
caf::expected<std::vector<measured_timeline>> read_timelines(std::string_view json);

} // namespace machiai
