#pragma once

#include "store/event_store.hpp"

namespace machiai::test {

/// Makes the next appends of one clinic: numbered, timed and chained as the clinic actor would.
class sample_stream {
public:
  sample_stream(std::string clinic, uint32_t epoch) : clinic_(std::move(clinic)), epoch_(epoch) {}

  /// The next `count` events with one answer after the last of them.
  clinic_append next(size_t count);

  /// Forgets everything after `seq`, whose hash was `hash`, and goes on under `epoch`.
  void rewind(uint64_t seq, const digest& hash, uint32_t epoch);

  [[nodiscard]] const clinic_id& clinic() const { return clinic_; }
  [[nodiscard]] uint64_t seq() const { return seq_; }
  [[nodiscard]] const digest& hash() const { return hash_; }
  void set_epoch(uint32_t epoch) { epoch_ = epoch; }

  /// A snapshot as of now.
  [[nodiscard]] snapshot_record snapshot() const;

private:
  clinic_id clinic_;
  uint32_t epoch_;
  uint64_t seq_ = 0;
  digest hash_{};
};

/// The engine most store tests are.
inline constexpr incarnation first_engine = 0xF00D'0000'0000'0001;

/// Takes the stream's clinic over for `engine`, so that the stream goes on under the epoch given; a failed test
/// otherwise.
takeover own(event_store& store, sample_stream& stream, incarnation engine = first_engine);

/// One append as a batch.
commit_batch batch_of(clinic_append append);

} // namespace machiai::test
