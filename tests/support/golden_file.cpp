#include "tests/support/golden_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace machiai::test {

namespace {

std::string path_of(const std::string& name) {
  return MACHIAI_SOURCE_DIR "/tests/golden/" + name;
}

} // namespace

std::vector<std::string> golden_lines(const std::string& name) {
  std::ifstream file{path_of(name), std::ios::binary};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

bool is_golden(const std::string& name, const std::vector<std::string>& lines) {
  if (std::getenv("MACHIAI_WRITE_GOLDEN") != nullptr) {
    std::ofstream file{path_of(name), std::ios::binary};
    for (const auto& line : lines)
      file << line << '\n';
    MESSAGE(name << " is written; run again without MACHIAI_WRITE_GOLDEN");
    return false;
  }
  const auto golden = golden_lines(name);
  const auto [mine, other] = std::mismatch(lines.begin(), lines.end(), golden.begin(), golden.end());
  if (mine == lines.end() && other == golden.end())
    return true;
  MESSAGE(name << " line " << mine - lines.begin() + 1 << ": is " << (mine == lines.end() ? "missing" : *mine)
               << ", should be " << (other == golden.end() ? "missing" : *other));
  return false;
}

} // namespace machiai::test
