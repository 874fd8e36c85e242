#include "actors/model/card.hpp"
#include "actors/model/waiting_line.hpp"
#include "commands/clinic_log.hpp"
#include "commands/command.hpp"
#include "commands/store_option.hpp"
#include "commands/text_table.hpp"
#include "store/enum_words.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <optional>
#include <variant>

namespace machiai {

namespace {

struct board_options {
  std::string store;
  std::string clinic;
  std::string at;
  bool json = false;
};

/// Until which event the board is built: its seq, or a time.
using moment = std::variant<uint64_t, timestamp>;

std::optional<moment> parse_moment(const std::string& text) {
  uint64_t seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (error == std::errc{} && end == text.data() + text.size())
    return seq;
  return parse_rfc3339(text);
}

std::string people_text(const room_card& card) {
  std::string text;
  for (const auto& x : card.participants) {
    if (x.whereabouts != whereabouts::waiting && x.whereabouts != whereabouts::in_room)
      continue;
    text += (text.empty() ? "" : ", ") + x.display_name +
            (x.whereabouts == whereabouts::waiting ? " waits" : " in room") + (x.unstable ? " (unstable)" : "");
  }
  return text;
}

template <class T>
std::string names_text(const std::vector<T>& persons) {
  std::string text;
  for (const auto& x : persons)
    text += (text.empty() ? "" : ", ") + x.name;
  return text;
}

void print_for_people(const clinic_state& state) {
  std::cout << state.profile.name << ", as of seq " << state.position.seq << ", " << japan_time_text_ms(state.last_at)
            << " JST\n\n";
  const auto line = waiting_line(state);
  std::vector<room_card> cards;
  for (const auto& [id, room] : state.rooms) {
    const auto place = line.find(id);
    cards.push_back(
        staff_card(state, id, place == line.end() ? std::nullopt : std::optional{place->second}, state.last_at));
  }
  std::ranges::stable_sort(cards, {}, &room_card::starts_at);
  text_table table({"START (JST)", "ROOM", "PHASE", "PATIENTS", "DOCTORS", ">LINE", ">METER", ">YEN", "PEOPLE"});
  for (const auto& x : cards)
    table.add_row({japan_time_text(x.starts_at), x.room.value,
                   std::string{word_of(x.phase)} + (x.locked ? ", locked" : ""), names_text(x.patients),
                   names_text(x.doctors), x.place_in_line ? std::to_string(*x.place_in_line) : "",
                   duration_text(x.meter.doctor_in_room_ms), std::to_string(x.meter.total_yen_ex_tax), people_text(x)});
  table.print(std::cout);
  std::cout << std::flush;
}

int show_board(const board_options& given) {
  if (!is_valid_id(given.clinic))
    return fail(exit_code::usage, "--clinic: must be 1 to 64 of [A-Za-z0-9._-]");
  const auto until = parse_moment(given.at);
  if (!until)
    return fail(exit_code::usage, "--at: must be a seq or a time such as 2026-11-22T10:32:00+09:00");
  const auto store = open_to_read(given.store);
  if (!store)
    return fail(exit_code::store, store.error());
  const clinic_id clinic{given.clinic};
  const auto* seq = std::get_if<uint64_t>(&*until);
  const auto state = seq ? state_at(**store, clinic, std::max(*seq, uint64_t{1}))
                         : state_at(**store, clinic, std::get<timestamp>(*until));
  if (!state)
    return fail_reading(state.error());
  if (state->position.seq == 0 || (seq && *seq == 0))
    return fail(exit_code::usage, "--at: before the clinic's first event");
  if (seq && state->position.seq < *seq)
    return fail(exit_code::usage, "--at: the clinic's last event is seq " + std::to_string(state->position.seq));
  if (given.json) {
    std::cout << board_text(*state) << std::endl;
  } else {
    print_for_people(*state);
  }
  return static_cast<int>(exit_code::ok);
}

const registered_command registration{
    {70, "board", "Prints a clinic's board as it was, rebuilt from its events", [](CLI::App& app) -> command_action {
       auto options = std::make_shared<board_options>();
       add_store_to_read(app, options->store);
       app.add_option("--clinic", options->clinic, "Clinic id")->required();
       app.add_option("--at", options->at, "Seq, or time in RFC 3339: the last event not after it counts")->required();
       app.add_flag("--json", options->json, "The live board's JSON, times in UTC");
       return [options] { return show_board(*options); };
     }}};

} // namespace

} // namespace machiai
