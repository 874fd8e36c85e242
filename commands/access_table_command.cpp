#include "commands/command.hpp"
#include "gateway/access_table.hpp"
#include "store/enum_words.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

namespace machiai {

namespace {

/// `{"admit":{"operator":"deny",…},…}`: what the authorisation test is generated from.
std::string access_table_text() {
  namespace describe = boost::describe;
  std::string out = "{";
  boost::mp11::mp_for_each<describe::describe_enumerators<command_kind>>([&out](auto command) {
    out += out.size() > 1 ? ",\n\"" : "\"";
    out += std::string{enum_word(command.name)} + "\":{";
    boost::mp11::mp_for_each<describe::describe_enumerators<role>>([&out, &command](auto who) {
      if (who.value == role::engine)
        return;
      out += out.back() == '{' ? "\"" : ",\"";
      out += std::string{enum_word(who.name)} + "\":\"";
      out += std::string{word_of(access_of(who.value, command.value))} + '"';
    });
    out += '}';
  });
  return out + '}';
}

const registered_command registration{
    {99, "access-table", "Prints who may do what as JSON", [](CLI::App& app) -> command_action {
       // For tests and documentation: an empty group keeps it out of --help.
       app.group("");
       return [] {
         std::cout << access_table_text() << std::endl;
         return static_cast<int>(exit_code::ok);
       };
     }}};

} // namespace

} // namespace machiai
