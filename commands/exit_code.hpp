#pragma once

#include <caf/error.hpp>

#include <string>
#include <string_view>

namespace machiai {

/// What the program's exit status says; part of its interface, shown by `machiai --help`.
enum class exit_code : int {
  ok = 0,
  /// The command ran and what it checked is not right: `verify`, `simulate`.
  check_failed = 1,
  /// The command line is wrong, or an input file it names, or the engine refuses the token it gives.
  usage = 2,
  /// A settings file, variable or key file is wrong or unreadable.
  settings = 3,
  /// The store cannot be opened, read or written.
  store = 4,
  /// An address cannot be listened on, a server not be reached, or the system gives no more threads.
  network = 5,
  /// A defect in the program.
  internal = 6,
};

/// The same as a table for `--help`.
inline constexpr std::string_view exit_code_help =
    "Exit codes: 0 done; 1 what was checked is not right; 2 wrong command line, input or token; 3 wrong settings or\n"
    "key file; 4 the store cannot be used; 5 an address cannot be listened on or reached, or threads are\n"
    "not to be had; 6 a defect in the program";

/// Prints `machiai: MESSAGE` on stderr, one line, and gives back the code for `return`.
int fail(exit_code code, const caf::error& error);
int fail(exit_code code, std::string_view message);

} // namespace machiai
