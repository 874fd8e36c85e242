#include "gateway/codec/frame_guard.hpp"

#include <algorithm>

namespace machiai {

namespace {

constexpr std::size_t basic_bytes = 2;
constexpr uint8_t opcode_bits = 0x0F;
constexpr uint8_t control_bit = 0x08;
constexpr uint8_t continuation = 0x00;
constexpr uint8_t length_bits = 0x7F;
constexpr uint8_t mask_bit = 0x80;
constexpr uint8_t length_16_bit = 126;
constexpr uint8_t length_64_bit = 127;
constexpr std::size_t mask_bytes = 4;

} // namespace

std::size_t frame_guard::scan(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    if (skip_ > 0) {
      const auto passed = std::min<uint64_t>(skip_, bytes.size() - at);
      skip_ -= passed;
      at += static_cast<std::size_t>(passed);
      continue;
    }
    header_[header_bytes_++] = static_cast<uint8_t>(bytes[at]);
    if (header_bytes_ >= basic_bytes && header_bytes_ == basic_bytes + extension_bytes()) {
      fault_ = judge();
      if (fault_ != fault::none)
        return at;
      // A length this large never arrives; the codec has refused it as too big.
      skip_ = payload_bytes() + ((header_[1] & mask_bit) != 0 ? mask_bytes : 0);
      header_bytes_ = 0;
    }
    ++at;
  }
  return nothing_wrong;
}

frame_guard::fault frame_guard::judge() {
  if (length_is_forbidden())
    return fault::length;
  const auto opcode = header_[0] & opcode_bits;
  if ((opcode & control_bit) != 0)
    return fault::none;
  fragments_ = opcode == continuation ? fragments_ + 1 : 1;
  return fragments_ > fragments_max_ ? fault::fragments : fault::none;
}

std::size_t frame_guard::extension_bytes() const {
  const auto code = header_[1] & length_bits;
  return code == length_16_bit ? 2 : code == length_64_bit ? 8 : 0;
}

uint64_t frame_guard::payload_bytes() const {
  const auto extension = extension_bytes();
  if (extension == 0)
    return header_[1] & length_bits;
  uint64_t length = 0;
  for (std::size_t i = 0; i < extension; ++i)
    length = length << 8U | header_[basic_bytes + i];
  return length;
}

bool frame_guard::length_is_forbidden() const {
  switch (extension_bytes()) {
  case 2:
    return payload_bytes() < length_16_bit;
  case 8:
    return payload_bytes() <= 0xFFFF || (payload_bytes() >> 63U) != 0;
  default:
    return false;
  }
}

} // namespace machiai
