#pragma once

#include <cstddef>

namespace machiai {

/// Whether the machine gives this process `count` more threads at the same time; they end before it returns. CAF
/// neither reports nor survives a thread that it is not given at its start.
bool can_start_threads(std::size_t count);

} // namespace machiai
