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

/// The end of a history: the number and the hash of its last event.
struct history_head {
  uint64_t seq = 0;
  digest hash{};
  friend bool operator==(const history_head&, const history_head&) = default;
};

/// Checks one clinic's rows as they are handed over from the first on: numbered from 1 without a gap, the epoch never
/// falling, time never falling within a room (rooms decide side by side: the one that decided first may be numbered
/// second), every hash chained to the row before. Rows cut off the end leave a shorter history that is right in itself:
/// compare `head` with what is known from elsewhere.
class history_checker {
public:
  explicit history_checker(clinic_id clinic) : clinic_(std::move(clinic)) {}

  /// The first thing wrong with `next`, if any. Nothing may be handed over after a fault.
  std::optional<history_fault> check(const event_record& next);

  [[nodiscard]] history_head head() const { return {last_seq_, last_hash_}; }

private:
  clinic_id clinic_;
  uint64_t last_seq_ = 0;
  uint32_t last_epoch_ = 0;
  /// By room; the clinic's own events stand under no room.
  std::map<room_id, timestamp> last_at_;
  digest last_hash_{};
};

struct verified_history {
  /// Nothing when all is well.
  std::optional<history_fault> fault;
  /// The last event before the fault.
  history_head head;
};

/// Reads a clinic's whole history, its newest snapshot, whose seq and hash must lie on the chain, and the remembered
/// answers, none of which may tell of an event that is not there. Rows cut off the end together with these show only
/// against `former_head`, the head of the same clinic at an earlier time, kept apart from the store: it must lie on the
/// chain too. Errors are those of the store.
caf::expected<verified_history> verify_clinic(event_store& store, const clinic_id& clinic,
                                              const std::optional<history_head>& former_head = std::nullopt);

} // namespace machiai
