#pragma once

#include "store/event_record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace machiai {

/// The chain's value before the first event: 32 zero bytes.
inline constexpr digest genesis_digest{};

/// SHA-256 over the previous digest and then clinic, seq, epoch, at, kind, room, subject, author and body of `record`,
/// each after its length in 4 bytes, numbers in 8 bytes, all big-endian: no two records share an encoding. Changing,
/// removing or reordering a row changes every later hash of its clinic.
digest chain(const digest& previous, const event_record& record);

/// 64 lower-case hexadecimal digits.
std::string to_hex(const digest& value);

/// Nothing for anything but 64 lower-case hexadecimal digits.
std::optional<digest> digest_from_hex(std::string_view text);

} // namespace machiai
