#pragma once

#include "commands/command.hpp"

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace machiai::test {

/// What a run of the program left behind.
struct program_run {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs the program inside this process with `input` as stdin.
inline program_run run(std::vector<std::string> arguments, const std::string& input = "") {
  std::istringstream in{input};
  std::ostringstream out;
  std::ostringstream err;
  auto* const old_in = std::cin.rdbuf(in.rdbuf());
  auto* const old_out = std::cout.rdbuf(out.rdbuf());
  auto* const old_err = std::cerr.rdbuf(err.rdbuf());
  const auto status = run_program(std::move(arguments));
  std::cin.rdbuf(old_in);
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {status, out.str(), err.str()};
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace machiai::test
