#pragma once

#include "store/ids.hpp"
#include "store/timestamp.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The rows of an event store.
namespace machiai {

using digest = std::array<uint8_t, 32>;

/// One row of the event table. `body` is the payload as JSON text; `hash` chains it to the clinic's previous row
/// (store/hash_chain.hpp).
struct event_record {
  clinic_id clinic;
  uint64_t seq = 0;
  uint32_t epoch = 0;
  timestamp at;
  std::string kind;
  room_id room;
  person_id subject;
  /// Who caused it, as `role:id`.
  std::string author;
  std::string body;
  digest hash{};
  friend bool operator==(const event_record&, const event_record&) = default;
};

/// The answer given to a command, so that the same id gets the same answer after a restart.
struct answer_record {
  person_id principal;
  command_id command;
  timestamp at;
  /// The clinic's seq after the command; the answer becomes visible with it.
  uint64_t seq = 0;
  std::string answer;
  /// What was asked, as a hash; 0 when it is not known.
  uint64_t digest = 0;
  friend bool operator==(const answer_record&, const answer_record&) = default;
};

/// Something a courier shall deliver outside; written with the events that cause it.
struct outbox_record {
  uint64_t seq = 0;
  std::string channel;
  std::string idempotency_key;
  std::string body;
  friend bool operator==(const outbox_record&, const outbox_record&) = default;
};

/// A clinic's folded state after `seq`; `hash` is the chain's value there.
struct snapshot_record {
  uint64_t seq = 0;
  timestamp at;
  digest hash{};
  std::string body;
  friend bool operator==(const snapshot_record&, const snapshot_record&) = default;
};

/// What one clinic adds in one commit: all of it or nothing. Events continue the clinic's numbering.
struct clinic_append {
  clinic_id clinic;
  uint32_t epoch = 0;
  std::vector<event_record> events;
  std::vector<answer_record> answers;
  std::vector<outbox_record> outbox;
  std::optional<snapshot_record> snapshot;
};

/// What of it grows with what is asked: refused commands leave answers without events.
inline size_t rows_of(const clinic_append& x) {
  return x.events.size() + x.answers.size();
}

/// One transaction.
struct commit_batch {
  std::vector<clinic_append> appends;
};

/// Which appends of a committed batch were refused because another epoch owns the clinic: indexes into
/// `commit_batch::appends`, ascending. Everything else is durable.
struct commit_outcome {
  std::vector<size_t> refused;
};

/// One engine process from start to end: its start in UTC milliseconds above 16 random bits.
using incarnation = uint64_t;

/// The lowest epoch that `engine` gives: the second it started in. A history that a restore from a backup threw away
/// had only lower ones, so no two events have the same place, unless the restored engine starts within the same second
/// as the last one before it, or starts came so fast (more than one a second) that epochs ran ahead of the clock.
constexpr uint32_t first_epoch_of(incarnation engine) {
  return static_cast<uint32_t>((engine >> 16U) / 1000);
}

/// The epoch that follows `previous` (0 for none) when `engine` takes a clinic over.
constexpr uint32_t next_epoch(uint32_t previous, incarnation engine) {
  return previous + 1 > first_epoch_of(engine) ? previous + 1 : first_epoch_of(engine);
}

/// Proof that an engine was running at `at`, `ran_ms` after its start by the monotonic clock. `clean` marks a planned
/// end.
struct alive_mark {
  incarnation engine = 0;
  timestamp at;
  bool clean = false;
  int64_t ran_ms = 0;
  friend bool operator==(const alive_mark&, const alive_mark&) = default;
};

/// Who takes clinics over. It starts with people in the rooms of whom only the former owner knew anything; until it has
/// run for `settled_ran_ms` it may not have stored yet who of them came back and who is in doubt. Should it end before,
/// the next owner is told the same `last_proof_at` as this one.
struct claimant {
  incarnation engine = 0;
  int64_t settled_ran_ms = 0;
};

/// Answer to taking a clinic over. `previous` is the last mark of the engine that held it before; nothing for a clinic
/// never held. Until `last_proof_at` what the log says of who is present is proven (rule R17): the time of that mark,
/// or an older one when that engine had not settled.
struct takeover {
  uint32_t epoch = 0;
  std::optional<alive_mark> previous;
  std::optional<timestamp> last_proof_at;
};

/// `takeover::last_proof_at` after an owner with this mark that was told `told_at`.
constexpr std::optional<timestamp> last_proof_of(const std::optional<alive_mark>& mark, int64_t settled_ran_ms,
                                                 std::optional<timestamp> told_at) {
  if (!mark)
    return told_at;
  return mark->ran_ms >= settled_ran_ms ? mark->at : told_at.value_or(mark->at);
}

/// All a clinic needs to be what it was: the newest snapshot and everything after it, oldest first. Answers begin
/// with those given at the snapshot's own seq: a refusal moves no number and may be younger than the snapshot.
struct clinic_history {
  std::optional<snapshot_record> snapshot;
  std::vector<event_record> events;
  std::vector<answer_record> answers;
};

} // namespace machiai
