#pragma once

#include "store/json_encode.hpp"
#include "store/json_reader.hpp"

#include <boost/json/value.hpp>
#include <caf/expected.hpp>

#include <string_view>

/// \file
/// JSON of described structs, both ways, from their one `BOOST_DESCRIBE_STRUCT` line:
/// - a described struct is an object with its members in the order of description;
/// - an id is a string checked by `is_valid_id`; an empty id ("none") is left out when written. `strict` asks for an id
///   wherever one is a plain member: one that may be missing is a `std::optional` there;
/// - a `timestamp` is RFC 3339 in UTC with milliseconds; any offset is read;
/// - a described enum is its word; `operator_` is `"operator"`;
/// - an empty `std::optional` is left out; absent or `null` is read as empty;
/// - an integer is a whole number in the type's range; `1.0` is not one;
/// - `std::vector`, `std::string` and `bool` are array, string and `true`/`false`.
///
/// Encode: `append_json(text, x)`, `encode_json(x)`. Decode: `parse_json(text)`, `decode_json<T>(value, policy)`.
/// This header includes Boost.JSON: include it in sources only, and store/json_encode.hpp where encoding is enough.
namespace machiai {

/// A `T` from `in`, or `ec::malformed` naming the field that does not fit.
template <class T>
caf::expected<T> decode_json(const boost::json::value& in, decode_policy policy) {
  json_reader reader{policy};
  T out{};
  if (!reader.read(in, out))
    return reader.error();
  return out;
}

/// Parses `text` (RFC 8259, nesting at most 32 deep) with `ec::malformed` for anything that is not JSON.
caf::expected<boost::json::value> parse_json(std::string_view text, boost::json::storage_ptr memory = {});

/// The same for what a client sent: an object with two members of one name, of which the parser would silently keep the
/// last, is `ec::malformed` too.
caf::expected<boost::json::value> parse_client_json(std::string_view text);

/// The refusal of a name found by `repeated_key`.
caf::error given_twice(std::string_view name);

} // namespace machiai
