#pragma once

#include "store/events.hpp"

#include <vector>

namespace machiai::test {

/// One payload of every kind in the order of `event_payload::variant_type`, every member away from its default.
std::vector<event_payload> one_payload_of_each_kind();

/// One event per payload above, numbered from 1 in epoch 3.
std::vector<event> one_event_of_each_kind();

} // namespace machiai::test
