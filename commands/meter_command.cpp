#include "actors/model/timeline.hpp"
#include "commands/command.hpp"
#include "config/error.hpp"
#include "store/json_encode.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>

namespace machiai {

namespace {

caf::expected<std::string> read_text(const std::string& file) {
  if (file == "-")
    return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  // Unlike an iterator this throws nothing at a directory or a bad disk. Of an empty file nothing comes either.
  if (!in || !(text << in.rdbuf() || in.peek() == std::ifstream::traits_type::eof()) || in.bad())
    return make_error(ec::system_failure, std::string{"cannot be read: "} + std::strerror(errno));
  return text.str();
}

void print_result(const measured_timeline& x, bool is_last) {
  std::string line = " {\"name\":";
  append_json_string(line, x.source.name);
  if (has_open_stay(x.stays)) {
    line += ",\"open\":true";
  } else {
    line += ",\"result\":";
    append_json(line, result_of(measure(x.stays, {})));
  }
  std::cout << line << (is_last ? "}\n" : "},\n");
}

int measure_file(const std::string& file) {
  const auto shown = file == "-" ? std::string{"stdin"} : file;
  const auto text = read_text(file);
  if (!text)
    return fail(exit_code::usage, shown + ": " + message_of(text.error()));
  const auto cases = read_timelines(*text);
  if (!cases)
    return fail(exit_code::usage, shown + ": " + message_of(cases.error()));
  std::cout << "[\n";
  for (size_t i = 0; i < cases->size(); ++i)
    print_result((*cases)[i], i + 1 == cases->size());
  std::cout << ']' << std::endl;
  return static_cast<int>(exit_code::ok);
}

const registered_command registration{
    {50, "meter", "Applies the billing rule to timelines in a file", [](CLI::App& app) -> command_action {
       auto file = std::make_shared<std::string>();
       app.add_option("FILE", *file, "JSON array of timelines, as tests/golden/billing.json; - reads stdin")
           ->required();
       return [file] { return measure_file(*file); };
     }}};

} // namespace

} // namespace machiai
