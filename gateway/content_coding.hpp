#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace machiai {

/// How a body is coded on its way (RFC 9110 section 8.4.1), best for us first.
enum class content_coding : uint8_t { brotli, gzip, identity };

inline constexpr std::size_t content_codings = 3;

/// The name in `Content-Encoding`; empty for identity.
std::string_view name_of(content_coding coding);

/// Of the codings there are, the one that `accept_encoding` (all headers of that name, joined by commas) wants most; of
/// equally wanted ones the best for us. Without a word about it, only identity is wanted, since whoever understands
/// more says so. Nothing when even identity is refused. A weight that is none counts as 0.
std::optional<content_coding> choose_coding(std::string_view accept_encoding, bool has_brotli, bool has_gzip);

} // namespace machiai
