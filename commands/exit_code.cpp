#include "commands/exit_code.hpp"

#include "config/error.hpp"

#include <iostream>

namespace machiai {

std::string reason_of(const caf::error& error) {
  auto text = message_of(error);
  const auto prefix = to_string(code_of(error)) + ": ";
  if (text.starts_with(prefix))
    text.erase(0, prefix.size());
  return text;
}

int fail(exit_code code, const caf::error& error) {
  return fail(code, reason_of(error));
}

int fail(exit_code code, std::string_view message) {
  std::cerr << "machiai: " << message << std::endl;
  return static_cast<int>(code);
}

} // namespace machiai
