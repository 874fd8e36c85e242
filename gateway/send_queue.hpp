#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/uio.h>
#include <unordered_map>
#include <vector>

namespace machiai {

/// What a queued frame is, and so what may happen to it when the reader is slow.
enum class frame_kind : uint8_t {
  /// A view of something: replaced by a newer one of the same key, dropped when a snapshot will follow.
  state,
  /// The answer to a command: never replaced or dropped.
  reply,
  /// Pong, ping, close, handshake, HTTP: never replaced or dropped.
  control,
  /// What a subscription begins with, a board or the frames that were missed: never replaced or dropped. All of one
  /// subscription, which is one `key`, is taken whatever its size: the clinic's limits bound it. So is the shared body
  /// of an HTTP answer, of which there is one at a time.
  snapshot,
};

/// One complete frame on its way to one connection; the bytes are shared by all receivers.
struct outgoing_frame {
  std::shared_ptr<const std::string> bytes;
  /// Frames of kind `state` with the same key replace each other; 0 replaces nothing. Keys need to differ only within
  /// one connection, for example a 64-bit hash of topic and room.
  uint64_t key = 0;
  frame_kind kind = frame_kind::state;
};

/// Sizes in bytes of what one connection may have pending.
struct send_limits {
  /// With more than this pending, of any kind, state frames of one key collapse to the newest.
  std::size_t soft_bytes = 256 * 1024;
  /// State frames beyond this are dropped for one snapshot.
  std::size_t hard_bytes = 1024 * 1024;
  /// Replies and control frames together; beyond this the reader is hopeless. So is one that has more than this of an
  /// earlier subscription pending when the next one begins.
  std::size_t reserved_bytes = 1024 * 1024;
  /// What control frames may have on top, so that a close frame still fits.
  std::size_t control_bytes = 16 * 1024;
};

/// Frames for one connection that the socket has not taken yet. First in, first out; the newest of collapsed frames
/// takes the last place, so numbering stays ascending. Memory stays within the limits plus one frame of each sort and
/// one subscription's beginning, whatever the reader does. An idle queue owns no memory. Not thread-safe; no I/O.
class send_queue {
public:
  enum class push_result : uint8_t {
    queued,
    /// Queued in place of an older frame of the same key.
    conflated,
    /// The hard limit was crossed: all state frames, this one too, are gone and `overflowed` holds until drained.
    overflowed,
    /// Dropped because the queue overflowed before and has not drained since.
    dropped,
    /// Too many replies, control frames or snapshots: not queued, close the connection.
    refused,
  };

  /// `limits` must outlive the queue.
  explicit send_queue(const send_limits& limits) : limits_(&limits) {}

  /// Adds a frame. The first frame of its sort (state, or reply and control) is taken whatever its size.
  push_result push(outgoing_frame frame);

  /// Describes the next bytes to send, at most `bytes_max` unless the first frame alone is longer (then cut to it).
  /// Returns how many entries of `out` were filled. Valid until the queue changes.
  std::size_t gather(std::span<iovec> out, std::size_t bytes_max) const;

  /// Takes `bytes` from the front: what the socket accepted of the gathered bytes. Returns the number of frames
  /// completed.
  std::size_t consume(std::size_t bytes);

  /// Drops all state frames that have not begun, for a connection about to be closed.
  void drop_state();

  bool empty() const { return live_ == 0; }
  /// Frames and bytes pending.
  std::size_t frames() const { return live_; }
  std::size_t bytes() const { return state_bytes_ + reserved_bytes_ + snapshot_bytes_; }
  /// Bytes taken by `consume` over the queue's life.
  uint64_t bytes_handed_over() const { return handed_over_; }
  /// Between an overflow and `take_drained`: state frames are dropped.
  bool overflowed() const { return overflowed_; }

  /// True exactly once after an overflow, when the queue is empty: now is the time for one snapshot.
  bool take_drained();

private:
  bool conflating() const { return bytes() > limits_->soft_bytes; }
  std::size_t& counter(frame_kind kind);
  bool has_room_for(const outgoing_frame& frame) const;
  void erase(std::size_t position);
  void collapse();
  void compact();

  const send_limits* limits_;
  /// Frames from `head_` on; replaced ones have no bytes until `compact`.
  std::vector<outgoing_frame> items_;
  std::size_t head_ = 0;
  std::size_t live_ = 0;
  /// Bytes of the front frame that are sent already.
  std::size_t offset_ = 0;
  std::size_t state_bytes_ = 0;
  std::size_t reserved_bytes_ = 0;
  std::size_t snapshot_bytes_ = 0;
  /// Of the subscription that began last.
  uint64_t snapshot_key_ = 0;
  uint64_t handed_over_ = 0;
  bool overflowed_ = false;
  /// Key to place in `items_`, only while conflating.
  std::unique_ptr<std::unordered_map<uint64_t, std::size_t>> places_;
};

} // namespace machiai
