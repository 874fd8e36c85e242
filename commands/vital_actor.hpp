#pragma once

#include <caf/actor_control_block.hpp>

#include <atomic>
#include <memory>

namespace machiai {

/// Ends the process at once, with a line in the log and exit code 6, when `who` ends while `*ending` is false: an
/// engine without this actor takes commands that nobody carries out, and a start after a crash finds everything in the
/// store. `name` is a literal.
void end_process_with(const caf::strong_actor_ptr& who, const char* name,
                      std::shared_ptr<const std::atomic<bool>> ending);

} // namespace machiai
