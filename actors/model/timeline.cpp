#include "actors/model/timeline.hpp"

#include "config/error.hpp"
#include "store/json_codec.hpp"

#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace machiai {

namespace {

/// What a case must consist of; `expect` and `why` are read apart, because nobody relies on them.
struct timeline_text {
  std::string name;
  std::vector<timeline_edge> events;
};
BOOST_DESCRIBE_STRUCT(timeline_text, (), (name, events))

caf::error malformed(std::string text) {
  return make_error(ec::malformed, std::move(text));
}

/// `case 3 (a01_two_party)`: a name that is not there cannot be given.
std::string case_text(size_t index, const boost::json::value& in) {
  auto text = "case " + std::to_string(index + 1);
  const auto* object = in.if_object();
  const auto* name = object ? object->if_contains("name") : nullptr;
  if (name && name->is_string())
    text += " (" + std::string{name->get_string()} + ")";
  return text;
}

/// How many elements of the outermost array have begun in `text`, the beginning of a JSON document.
size_t cases_begun(std::string_view text) {
  size_t depth = 0;
  size_t begun = 0;
  auto in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      begun += depth++ == 1 ? 1 : 0;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return depth > 1 ? begun : 0;
}

/// Where in `json` its parser stops, for who has to mend it: `line 7, case 2`, the case when it is within one.
std::string place_of_fault(std::string_view json) {
  boost::json::stream_parser parser;
  boost::json::error_code problem;
  const auto good = json.substr(0, parser.write_some(json.data(), json.size(), problem));
  auto text = "line " + std::to_string(std::ranges::count(good, '\n') + 1);
  if (const auto number = cases_begun(good))
    text += ", case " + std::to_string(number);
  return text;
}

struct person_so_far {
  party role = party::patient;
  timestamp last_at;
  std::optional<size_t> open_stay;
};

caf::expected<std::vector<stay>> stays_of(const std::vector<timeline_edge>& events) {
  std::vector<stay> stays;
  std::map<std::string, person_so_far> persons;
  for (size_t i = 0; i < events.size(); ++i) {
    const auto& x = events[i];
    const auto where = "field events[" + std::to_string(i) + "]";
    if (x.actor.id.empty())
      return malformed(where + ".actor.id: must not be empty");
    const auto [it, is_new] = persons.try_emplace(x.actor.id, person_so_far{x.actor.role, x.t, std::nullopt});
    auto& who = it->second;
    if (who.role != x.actor.role)
      return malformed(where + ".actor.role: this person had another role before");
    if (x.t < who.last_at)
      return malformed(where + ".t: earlier than this person's event before it");
    who.last_at = x.t;
    if (x.action == timeline_action::enter && !who.open_stay) {
      who.open_stay = stays.size();
      stays.push_back({person_id{x.actor.id}, x.actor.role, x.t, std::nullopt, leave_reason::left});
    } else if (x.action == timeline_action::exit && who.open_stay) {
      stays[*std::exchange(who.open_stay, std::nullopt)].exit = x.t;
    }
  }
  return stays;
}

caf::expected<measured_timeline> read_timeline(boost::json::value in) {
  timeline source;
  if (auto* object = in.if_object()) {
    if (const auto* expect = object->if_contains("expect"); expect && !expect->is_null()) {
      auto figures = decode_json<meter_result>(*expect, decode_policy::stored);
      if (!figures)
        return malformed("field expect: " + message_of(figures.error()));
      source.expect = *figures;
    }
    if (const auto* why = object->if_contains("why"); why && !why->is_string() && !why->is_null())
      return malformed("field why: expected a string");
    object->erase("expect");
    object->erase("why");
  }
  auto text = decode_json<timeline_text>(in, decode_policy::strict);
  if (!text)
    return std::move(text.error());
  auto stays = stays_of(text->events);
  if (!stays)
    return std::move(stays.error());
  source.name = std::move(text->name);
  source.events = std::move(text->events);
  return measured_timeline{std::move(source), std::move(*stays)};
}

} // namespace

meter_result result_of(const bill& x) {
  return {x.doctor_in_room_ms, x.units, x.additional_participants, x.base_yen, x.additional_yen, x.total_yen_ex_tax};
}

caf::expected<std::vector<measured_timeline>> read_timelines(std::string_view json) {
  auto value = parse_json(json);
  if (!value)
    return malformed(place_of_fault(json) + ": " + message_of(value.error()));
  auto* cases = value->if_array();
  if (!cases)
    return malformed("expected an array of timelines");
  std::vector<measured_timeline> result;
  for (auto& in : *cases) {
    const auto name = case_text(result.size(), in);
    auto next = read_timeline(std::move(in));
    if (!next)
      return malformed(name + ": " + message_of(next.error()));
    result.push_back(std::move(*next));
  }
  return result;
}

} // namespace machiai
