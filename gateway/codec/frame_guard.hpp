#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace machiai {

/// Looks at the frame lengths of a client's byte stream before websocketpp does, because websocketpp 0.8.2 answers a
/// length that is not minimal with 1011, and lets a continuation frame whose length is near 2^64 past the message limit
/// (the sum of lengths overflows), after which the message grows without bound. Knows lengths only; all else is the
/// codec's matter.
class frame_guard {
public:
  static constexpr std::size_t nothing_wrong = static_cast<std::size_t>(-1);

  /// Goes over the next bytes of the stream. Returns the index of the byte that completes a forbidden length (RFC
  /// 6455 5.2: not minimal, or top bit set), or `nothing_wrong`.
  std::size_t scan(std::string_view bytes);

private:
  bool length_is_forbidden() const;
  std::size_t extension_bytes() const;
  uint64_t payload_bytes() const;

  /// The current frame's header so far, without the mask.
  uint8_t header_[10] = {};
  uint8_t header_bytes_ = 0;
  /// Bytes of mask and payload to pass over.
  uint64_t skip_ = 0;
};

} // namespace machiai
