#include "commands/exit_code.hpp"

#include "config/error.hpp"

#include <iostream>

namespace machiai {

int fail(exit_code code, const caf::error& error) {
  return fail(code, message_of(error));
}

int fail(exit_code code, std::string_view message) {
  std::cerr << "machiai: " << message << std::endl;
  return static_cast<int>(code);
}

} // namespace machiai
