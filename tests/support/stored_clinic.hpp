#pragma once

#include "store/event_store.hpp"
#include "tests/support/model_clinic.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace machiai::test {

/// Writes all that happened in `clinic` to the store as the engine would: numbered, chained, under one epoch, with
/// snapshots after the events of these numbers.
void store_clinic(event_store& store, const std::string& id, const model_clinic& clinic,
                  const std::set<uint64_t>& snapshots_after = {});

} // namespace machiai::test
