#pragma once

#include "store/event_store.hpp"

#include <caf/expected.hpp>

#include <map>
#include <optional>
#include <string>

namespace machiai {

/// Where a clinic's history stops being believable, and why.
struct history_fault {
  uint64_t seq = 0;
  std::string reason;
};

/// Checks one clinic's rows as they are handed over from the first on: numbered from 1 without a gap, the epoch never
/// falling, time never falling within a room (rooms decide side by side: the one that decided first may be numbered
/// second), every hash chained to the row before. Rows cut off the end leave a shorter history that is right in
/// itself: compare `last_seq` with what is known from elsewhere (a snapshot, a backup, a statement).
class history_checker {
public:
  explicit history_checker(clinic_id clinic) : clinic_(std::move(clinic)) {}

  /// The first thing wrong with `next`, if any. Nothing may be handed over after a fault.
  std::optional<history_fault> check(const event_record& next);

  [[nodiscard]] uint64_t last_seq() const { return last_seq_; }
  [[nodiscard]] const digest& last_hash() const { return last_hash_; }

private:
  clinic_id clinic_;
  uint64_t last_seq_ = 0;
  uint32_t last_epoch_ = 0;
  /// By room; the clinic's own events stand under no room.
  std::map<room_id, timestamp> last_at_;
  digest last_hash_{};
};

/// Reads a clinic's whole history and its newest snapshot, whose seq and hash must lie on the chain. Nothing when all
/// is well; errors are those of the store.
caf::expected<std::optional<history_fault>> verify_clinic(event_store& store, const clinic_id& clinic);

} // namespace machiai
