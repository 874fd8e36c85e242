#include "tests/fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>

#ifndef MACHIAI_FUZZ_TARGET
// Linters read this file without the build's definition.
#define MACHIAI_FUZZ_TARGET frames
#endif

/// libFuzzer's call; the build names the target.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  machiai::fuzz::MACHIAI_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
