#pragma once

#include "actors/interfaces.hpp"
#include "gateway/commands_in_flight.hpp"
#include "gateway/connection_host.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace machiai {

/// A shard's end of one clinic's stream: who listens to which topic, and what has been said there last.
struct clinic_link {
  enum class stage : uint8_t { seeking, opening, open };

  struct listeners {
    std::vector<connection_id> connections;
    position top;
  };

  /// Called once when the link is open, or with the error that keeps it from opening.
  using continuation = std::function<void(const caf::error* refusal)>;

  clinic_id id;
  stage at = stage::seeking;
  clinic_actor actor;
  std::set<connection_id> sessions;
  std::map<topic, listeners> topics;
  std::vector<continuation> waiting;
  /// Failed attempts to find the clinic again since it was last open.
  uint32_t attempts = 0;
  /// What the clinic has on its way, over all shards.
  std::shared_ptr<commands_in_flight::share> in_flight;
};

} // namespace machiai
