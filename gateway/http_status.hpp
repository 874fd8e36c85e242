#pragma once

#include "config/error.hpp"

#include <cstdint>

namespace machiai {

/// The HTTP status of an error.
uint16_t status_of(ec code);

} // namespace machiai
