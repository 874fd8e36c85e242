#include "actors/model/usage.hpp"
#include "commands/clinic_log.hpp"
#include "commands/command.hpp"
#include "commands/store_option.hpp"
#include "commands/text_table.hpp"
#include "store/json_encode.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <utility>

namespace machiai {

namespace {

struct usage_options {
  std::string store;
  std::string clinic;
  std::string month;
  bool explain = false;
  bool json = false;
};

std::string joined(const std::vector<person_id>& ids) {
  std::string text;
  for (const auto& x : ids)
    text += (text.empty() ? "" : ",") + x.value;
  return text;
}

std::string notes_of(const usage_line& x) {
  std::string text;
  if (x.is_correction)
    text = "correction";
  if (x.is_test)
    text += text.empty() ? "test" : ", test";
  if (!x.audio_only.empty())
    text += text.empty() ? "audio only" : ", audio only";
  return text;
}

void print_sources(const usage_line& line) {
  std::cout << "\n" << line.room.value << ", revision " << line.revision << ":\n";
  text_table table({">EPOCH", ">SEQ", "COUNTS FROM (JST)", "WHO", "WHAT", "NOTED (JST)"});
  for (const auto& x : *line.sources)
    table.add_row({std::to_string(x.position.epoch), std::to_string(x.position.seq), japan_time_text_ms(x.counts_from),
                   x.person.value, x.kind, x.at == x.counts_from ? "" : japan_time_text_ms(x.at)});
  table.print(std::cout, 2);
  for (const auto& x : line.audio_only)
    std::cout << "  without video: " << x.person.value << ", " << japan_time_text_ms(x.from) << " to "
              << japan_time_text_ms(x.until) << '\n';
}

void print_for_people(const std::string& clinic, const usage_statement& month, bool explain) {
  std::cout << "Usage of clinic " << clinic << " in " << month.month << " (JST)\n\n";
  text_table table({"DATE", "ROOM", ">REV", ">TIME", ">UNITS", ">ADD'L", ">BASE YEN", ">ADD'L YEN", ">TOTAL YEN",
                    "DOCTORS", "PATIENTS", "NOTE"});
  for (const auto& x : month.lines)
    table.add_row({x.usage_date, x.room.value, std::to_string(x.revision), duration_text(x.doctor_in_room_ms),
                   std::to_string(x.units), std::to_string(x.additional_participants), std::to_string(x.base_yen),
                   std::to_string(x.additional_yen), std::to_string(x.total_yen_ex_tax), joined(x.doctors),
                   joined(x.patients), notes_of(x)});
  table.print(std::cout);
  std::cout << "\nSum without tax " << month.total_yen_ex_tax << " yen, consumption tax " << month.tax_percent << " % "
            << month.tax_yen << " yen, total " << month.total_yen << " yen\n";
  if (!month.open.empty())
    std::cout << "\nNot ended, so not on any statement yet:\n";
  for (const auto& x : month.open)
    std::cout << "  " << x.room.value << ", since " << x.usage_date << ", doctors " << joined(x.doctors)
              << (x.is_test ? ", test" : "") << '\n';
  if (explain)
    for (const auto& x : month.lines)
      print_sources(x);
  std::cout << std::flush;
}

void print_json(const std::string& clinic, usage_statement month, bool explain) {
  if (!explain)
    for (auto& x : month.lines)
      x.sources.reset();
  std::string text = "{\"clinic\":";
  append_json_string(text, clinic);
  auto first = false;
  append_json_members(text, month, first);
  std::cout << text << '}' << std::endl;
}

int show_usage(const usage_options& given) {
  if (!is_valid_id(given.clinic))
    return fail(exit_code::usage, "--clinic: must be 1 to 64 of [A-Za-z0-9._-]");
  if (!is_month(given.month))
    return fail(exit_code::usage, "--month: must be a month such as 2026-11");
  const auto store = open_to_read(given.store);
  if (!store)
    return fail(exit_code::store, store.error());
  auto month = read_statement(**store, clinic_id{given.clinic}, given.month);
  if (!month)
    return fail_reading(month.error());
  if (given.json)
    print_json(given.clinic, std::move(*month), given.explain);
  else
    print_for_people(given.clinic, *month, given.explain);
  return static_cast<int>(exit_code::ok);
}

const registered_command registration{
    {60, "usage", "Prints what a clinic owes for a month, from its events", [](CLI::App& app) -> command_action {
       auto options = std::make_shared<usage_options>();
       add_store_to_read(app, options->store);
       app.add_option("--clinic", options->clinic, "Clinic id")->required();
       app.add_option("--month", options->month, "Month in Japan, such as 2026-11")->required();
       app.add_flag("--explain", options->explain, "List the events behind each line");
       app.add_flag("--json", options->json, "JSON with times in UTC");
       return [options] { return show_usage(*options); };
     }}};

} // namespace

} // namespace machiai
