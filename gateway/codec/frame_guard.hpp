#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace machiai {

/// Looks at the frame headers of a client's byte stream before websocketpp does, because websocketpp 0.8.2 answers a
/// length that is not minimal with 1011, lets a continuation frame whose length is near 2^64 past the message limit
/// (the sum of lengths overflows), after which the message grows without bound, and does not mind a message of empty
/// frames without end. All else is the codec's matter.
class frame_guard {
public:
  /// A message may come in `fragments_max` frames.
  explicit frame_guard(std::size_t fragments_max) : fragments_max_(fragments_max) {}

  static constexpr std::size_t nothing_wrong = static_cast<std::size_t>(-1);

  enum class fault : unsigned char {
    none,
    /// RFC 6455 5.2: not minimal, or top bit set.
    length,
    fragments,
  };

  /// Goes over the next bytes of the stream. Returns the index of the byte that completes a forbidden header, or
  /// `nothing_wrong`.
  std::size_t scan(std::string_view bytes);

  /// What was wrong where `scan` stopped.
  fault what() const { return fault_; }

private:
  fault judge();
  bool length_is_forbidden() const;
  std::size_t extension_bytes() const;
  uint64_t payload_bytes() const;

  /// The current frame's header so far, without the mask.
  uint8_t header_[10] = {};
  uint8_t header_bytes_ = 0;
  /// Bytes of mask and payload to pass over.
  uint64_t skip_ = 0;
  std::size_t fragments_max_;
  /// Frames of the current message.
  std::size_t fragments_ = 0;
  fault fault_ = fault::none;
};

} // namespace machiai
