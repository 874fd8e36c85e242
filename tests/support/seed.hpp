#pragma once

#include <cstdint>

namespace machiai::test {

/// The seed of this run's random tests: `MACHIAI_TEST_SEED` when it is set, else a fresh one. Printed on stderr the
/// first time it is asked for, so that a failure can be repeated.
uint64_t test_seed();

} // namespace machiai::test
