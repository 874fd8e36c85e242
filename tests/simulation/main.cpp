#include "config/log.hpp"
#include "tests/simulation/simulation.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

int usage() {
  std::fputs(
      "usage: machiai-sim [--seed N] [--runs N] [--steps N] [--clinics N] [--verbose]\n"
      "  runs the seeds N, N+1, ...; exit 0 when nothing went wrong, 1 with the seed and the last steps if not\n",
      stderr);
  return 2;
}

int run(const machiai::test::simulation_options& options) {
  machiai::test::simulation world(options);
  const auto wrong = world.run();
  if (wrong.empty()) {
    std::printf("seed %" PRIu64 ": %zu steps, %s, all is well\n", options.seed, options.steps, world.summary().c_str());
    return 0;
  }
  std::printf("seed %" PRIu64 " failed at step %zu: %s\n", options.seed, world.step(), wrong.c_str());
  for (const auto& x : world.last_steps())
    std::printf("  %s\n", x.c_str());
  return 1;
}

} // namespace

int main(int count, char** words) {
  // What was printed before a crash or a time-out must be there.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  machiai::test::simulation_options options;
  uint64_t runs = 1;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--verbose") == 0) {
      options.verbose = true;
      continue;
    }
    if (i + 1 == count)
      return usage();
    const auto value = std::strtoull(words[i + 1], nullptr, 10);
    if (std::strcmp(words[i], "--seed") == 0)
      options.seed = value;
    else if (std::strcmp(words[i], "--runs") == 0)
      runs = value;
    else if (std::strcmp(words[i], "--steps") == 0)
      options.steps = value;
    else if (std::strcmp(words[i], "--clinics") == 0)
      options.clinics = value;
    else
      return usage();
    ++i;
  }
  // A store that fails on purpose is no news.
  if (!options.verbose)
    machiai::set_log_sink([](std::string_view) {});
  for (uint64_t i = 0; i < runs; ++i, ++options.seed)
    if (const auto code = run(options); code != 0)
      return code;
  return 0;
}
