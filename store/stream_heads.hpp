#pragma once

#include "store/event_record.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace machiai {

/// Where a clinic's stream ends and under which epoch it may be continued.
struct stream_head {
  uint32_t epoch = 0;
  uint64_t seq = 0;
  friend bool operator==(const stream_head&, const stream_head&) = default;
};

/// Which appends of a batch may be stored, as ascending indexes, and where the streams end once they are.
struct batch_plan {
  std::vector<size_t> accepted;
  std::vector<size_t> refused;
  std::unordered_map<clinic_id, stream_head> heads;
};

/// The ends of all streams this store object took over, kept in memory so that a commit need not read or write anything
/// per clinic.
class stream_heads {
public:
  void set(const clinic_id& clinic, stream_head head) { heads_[clinic] = head; }

  /// The clinic belongs to somebody else now: its appends are refused from here on.
  void forget(const clinic_id& clinic) { heads_.erase(clinic); }

  /// Null for a clinic that was not taken over.
  [[nodiscard]] const stream_head* find(const clinic_id& clinic) const;

  [[nodiscard]] bool empty() const { return heads_.empty(); }
  [[nodiscard]] std::vector<clinic_id> clinics() const;

  /// Decides append by append; a later one of the same clinic continues an earlier one that was accepted.
  [[nodiscard]] batch_plan plan(const commit_batch& batch) const;

  /// The plan's appends are durable.
  void apply(const batch_plan& plan);

private:
  std::unordered_map<clinic_id, stream_head> heads_;
};

/// The first event to read for a history that begins with this snapshot: the snapshot's own, which proves it.
uint64_t first_seq_after(const std::optional<snapshot_record>& snapshot);

/// That `history` begins with the snapshot's own event, which is taken off, and goes on one by one; `ec::store_damaged`
/// names the clinic and the first seq that is missing.
caf::expected<void> check_history(const clinic_id& clinic, clinic_history& history);

} // namespace machiai
