#pragma once

#include "store/described.hpp"
#include "store/enum_words.hpp"
#include "store/ids.hpp"
#include "store/timestamp.hpp"

#include <boost/mp11/algorithm.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// Text of described structs as JSON, written straight into a string. The conventions stand in store/json_codec.hpp.
namespace machiai {

/// Appends `text` quoted and escaped. Bytes that are not UTF-8 become U+FFFD, so that the result always is.
void append_json_string(std::string& out, std::string_view text);

void append_json_integer(std::string& out, int64_t value);
void append_json_integer(std::string& out, uint64_t value);

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<id<Tag>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T, class A>
inline constexpr bool is_vector<std::vector<T, A>> = true;

/// True when a member is left out of its object: an empty optional or an empty id.
template <class T>
bool is_absent(const T& x) {
  if constexpr (is_optional<T>)
    return !x.has_value();
  else if constexpr (is_id<T>)
    return x.empty();
  else
    return false;
}

template <class T>
void append_json(std::string& out, const T& x);

/// Appends `"name":value` pairs without braces; `first` says whether a comma is still needless and is kept up to date,
/// so that a caller can write a `type` in front.
template <described T>
void append_json_members(std::string& out, const T& x, bool& first) {
  boost::mp11::mp_for_each<described_members<T>>([&](auto member) {
    const auto& value = x.*member.pointer;
    if (is_absent(value))
      return;
    out += first ? "\"" : ",\"";
    out += member.name;
    out += "\":";
    append_json(out, value);
    first = false;
  });
}

/// Appends the JSON text of `x`, members in the order of their description: equal values give equal text.
template <class T>
void append_json(std::string& out, const T& x) {
  if constexpr (std::same_as<T, bool>) {
    out += x ? "true" : "false";
  } else if constexpr (std::signed_integral<T>) {
    append_json_integer(out, static_cast<int64_t>(x));
  } else if constexpr (std::unsigned_integral<T>) {
    append_json_integer(out, static_cast<uint64_t>(x));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    append_json_string(out, x);
  } else if constexpr (is_id<T>) {
    append_json_string(out, x.value);
  } else if constexpr (std::same_as<T, timestamp>) {
    out += '"';
    append_rfc3339(out, x);
    out += '"';
  } else if constexpr (described_enum<T>) {
    append_json_string(out, word_of(x));
  } else if constexpr (is_optional<T>) {
    x ? append_json(out, *x) : static_cast<void>(out += "null");
  } else if constexpr (is_vector<T>) {
    out += '[';
    for (size_t i = 0; i < x.size(); ++i) {
      out.append(i == 0 ? 0 : 1, ',');
      append_json(out, x[i]);
    }
    out += ']';
  } else {
    static_assert(described<T>, "no JSON form for this type");
    auto first = true;
    out += '{';
    append_json_members(out, x, first);
    out += '}';
  }
}

/// The JSON text of `x`.
template <class T>
std::string encode_json(const T& x) {
  std::string out;
  append_json(out, x);
  return out;
}

} // namespace machiai
