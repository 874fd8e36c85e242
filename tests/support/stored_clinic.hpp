#pragma once

#include "store/event_store.hpp"
#include "tests/support/model_clinic.hpp"

#include <string>

namespace machiai::test {

/// Writes all that happened in `clinic` to the store as the engine would: numbered, chained, under one epoch.
void store_clinic(event_store& store, const std::string& id, const model_clinic& clinic);

} // namespace machiai::test
