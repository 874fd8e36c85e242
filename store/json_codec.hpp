#pragma once

#include "store/json_decode.hpp"
#include "store/json_encode.hpp"

/// \file
/// JSON of described structs, both ways, from their one `BOOST_DESCRIBE_STRUCT` line:
///
/// | C++ | JSON |
/// |---|---|
/// | described struct | object, members in the order of description |
/// | `id<Tag>` | string, checked by `is_valid_id`; an empty id ("none") is left out when written. `strict` asks for an
/// id where one is a plain member; one that may be missing is a `std::optional` there | | `timestamp` | RFC 3339 in UTC
/// with milliseconds; any offset is read | | described enum | its word; `operator_` is `"operator"` | | `std::optional`
/// | left out when empty; absent or `null` is read as empty | | `std::vector`, `std::string`, `bool` | array, string,
/// `true`/`false` | | integers | whole number in the type's range; `1.0` is not one |
///
/// Encode: `append_json(text, x)`, `encode_json(x)`. Decode: `parse_json(text)`, `decode_json<T>(value, policy)`.
/// This header includes Boost.JSON: include it in sources only, and store/json_encode.hpp where encoding is enough.
