#pragma once

#include "actors/model/meter.hpp"

namespace machiai::test {

/// The billing rule of domain.md 9.2 as a child would do it: millisecond by millisecond, looking at every person each
/// time. Shares no code with `measure`; only for short stretches of time.
bill naive_measure(const std::vector<stay>& stays, const tariff& price);

} // namespace machiai::test
