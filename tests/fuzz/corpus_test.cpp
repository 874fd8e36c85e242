#include "tests/fuzz/targets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fuzz = machiai::fuzz;

/// The files of one target's corpus, sorted.
std::vector<std::filesystem::path> corpus(const std::string& target) {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::directory_iterator(MACHIAI_SOURCE_DIR "/tests/fuzz/corpus/" + target))
    result.push_back(entry.path());
  std::ranges::sort(result);
  return result;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

TEST_CASE("fuzz corpus: every input keeps its target's properties, whole and cut short") {
  using target = std::pair<const char*, void (*)(std::string_view)>;
  for (const auto& each :
       {target{"frames", fuzz::frames}, target{"commands", fuzz::commands}, target{"http", fuzz::http},
        target{"tokens", fuzz::tokens}, target{"resume", fuzz::resume}, target{"settings", fuzz::settings}}) {
    // Not a structured binding: clang 14 cannot capture one.
    const auto* name = each.first;
    const auto run = each.second;
    const auto files = corpus(name);
    CHECK_MESSAGE(files.size() >= 5, name);
    for (const auto& file : files) {
      CAPTURE(file.string());
      const auto input = content_of(file);
      CHECK_NOTHROW(run(input));
      const auto step = std::max<std::size_t>(1, input.size() / 50);
      for (std::size_t length = 0; length < input.size(); length += step)
        CHECK_NOTHROW(run(std::string_view(input).substr(0, length)));
    }
  }
}
