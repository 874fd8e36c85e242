#include "commands/client/json_members.hpp"
#include "commands/simulate/expected_clinic.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

/// \file What patients and guests see, told and expected, as lines that can be compared.
namespace machiai {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> members_of_all{"room",    "clinic", "phase",  "starts_at",
                                                         "doctors", "phone",  "address"};
constexpr std::array<std::string_view, 5> members_of_patients{"patients", "duration_min", "menu", "place_in_line",
                                                              "invited"};
constexpr std::array<std::string_view, 2> members_of_invited{"party", "display_name"};
constexpr std::array<std::string_view, 2> members_of_names{"person", "name"};
constexpr std::array<std::string_view, 3> members_of_doctors{"person", "name", "registered_year"};
constexpr std::array<std::string_view, 6> members_of_people{"person",      "party",    "display_name",
                                                            "whereabouts", "unstable", "media"};

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The array is missing, or its objects have no other members.
template <size_t N>
bool holds_only(const json::object& visit, std::string_view array, const std::array<std::string_view, N>& members) {
  const auto* const all = array_in(visit, array);
  return !all || std::all_of(all->begin(), all->end(), [&](const json::value& x) {
    return x.is_object() && std::all_of(x.get_object().begin(), x.get_object().end(),
                                        [&](const auto& member) { return is_one_of(members, member.key()); });
  });
}

std::string person_line(std::string_view person, std::string_view party, std::string_view name,
                        std::string_view whereabouts, bool unstable, const std::string& media) {
  std::string text;
  for (const auto part : {person, party, name, whereabouts})
    text += std::string(part) + '/';
  return text + (unstable ? "unstable" : "") + media;
}

std::string joined(std::string head, std::vector<std::string> people) {
  std::sort(people.begin(), people.end());
  for (const auto& x : people)
    head += " | " + x;
  return head;
}

} // namespace

std::optional<std::string> told_view(const json::object& visit, bool of_guest) {
  for (const auto& member : visit)
    if (!is_one_of(members_of_all, member.key()) && member.key() != "people" &&
        (of_guest || !is_one_of(members_of_patients, member.key())))
      return std::nullopt;
  if (!holds_only(visit, "patients", members_of_names))
    return std::nullopt;
  if (!holds_only(visit, "invited", members_of_invited) || !holds_only(visit, "doctors", members_of_doctors))
    return std::nullopt;
  const auto* all = array_in(visit, "people");
  if (!all)
    return std::nullopt;
  std::vector<std::string> people;
  for (const auto& x : *all) {
    const auto* who = x.if_object();
    if (!who)
      return std::nullopt;
    for (const auto& member : *who)
      if (!is_one_of(members_of_people, member.key()))
        return std::nullopt;
    const auto* media = object_in(*who, "media");
    people.push_back(person_line(text_in(*who, "person"), text_in(*who, "party"), text_in(*who, "display_name"),
                                 text_in(*who, "whereabouts"), flag_in(*who, "unstable"),
                                 media ? json::serialize(*media) : ""));
  }
  auto head = std::string(text_in(visit, "room")) + ' ' + std::string(text_in(visit, "clinic")) + ' ' +
              std::string(text_in(visit, "phase"));
  if (!of_guest)
    head += " place " + std::to_string(number_in(visit, "place_in_line"));
  return joined(std::move(head), std::move(people));
}

std::string expected_clinic::view(const std::string& room, bool of_guest) const {
  const auto& seen = *rooms_.at(room);
  std::vector<std::string> people;
  for (const auto& [id, who] : seen.model->people())
    if (who.is_present())
      people.push_back(person_line(id, who.who.party, who.who.name, who.whereabouts, who.unstable_since_ms.has_value(),
                                   who.media.told));
  auto head = room + ' ' + name_ + ' ' + seen.model->phase();
  if (!of_guest)
    head += " place " + std::to_string(seen.place);
  return joined(std::move(head), std::move(people));
}

void expected_clinic::check_view(const std::string& room, uint64_t seq, bool of_guest, const std::string& view) {
  when(seq, [this, room, seq, of_guest, view] { judge_view(room, seq, of_guest, view); });
}

void expected_clinic::judge_view(const std::string& room, uint64_t seq, bool of_guest, const std::string& view) {
  const auto& views = rooms_.at(room)->views;
  const auto after = std::upper_bound(views.begin(), views.end(), seq,
                                      [](uint64_t value, const seen_view& x) { return value < x.seq; });
  if (after == views.begin())
    return differ(room, seq, "a view of a room that is not booked yet: " + view);
  const auto& expected = of_guest ? std::prev(after)->guest : std::prev(after)->patient;
  if (expected != view)
    differ(room, seq,
           std::string(of_guest ? "guest" : "patient") + " sees <" + view + ">, expected <" + expected + '>');
}

} // namespace machiai
