#include "tests/support/seed.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <sys/random.h>

namespace machiai::test {

uint64_t test_seed() {
  static const auto seed = [] {
    uint64_t value = 1;
    if (const auto* given = std::getenv("MACHIAI_TEST_SEED"))
      value = std::strtoull(given, nullptr, 10);
    else if (getrandom(&value, sizeof(value), 0) != sizeof(value))
      value = 1;
    std::fprintf(stderr, "MACHIAI_TEST_SEED=%" PRIu64 "\n", value);
    return value;
  }();
  return seed;
}

} // namespace machiai::test
