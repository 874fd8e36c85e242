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

void check_golden(const std::string& name, const std::vector<std::string>& lines) {
  if (std::getenv("MACHIAI_WRITE_GOLDEN") != nullptr) {
    std::ofstream file{path_of(name), std::ios::binary};
    for (const auto& line : lines)
      file << line << '\n';
    FAIL_CHECK(name << " is written; run again without MACHIAI_WRITE_GOLDEN");
    return;
  }
  const auto golden = golden_lines(name);
  CHECK_MESSAGE(lines.size() == golden.size(), name);
  for (size_t i = 0; i < std::min(lines.size(), golden.size()); ++i) {
    INFO(name << " line " << i + 1);
    CHECK(lines[i] == golden[i]);
  }
}

} // namespace machiai::test
