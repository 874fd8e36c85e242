#pragma once

#include "config/error.hpp"
#include "store/json_encode.hpp"

#include <boost/json/value.hpp>
#include <caf/error.hpp>

#include <algorithm>
#include <limits>

namespace machiai {

/// How exactly a text must fit its struct.
enum class decode_policy : uint8_t {
  /// Clients' input: an unknown field is an error, and so is a missing one unless it is a `std::optional` or listed in
  /// the
  /// struct's `static constexpr auto defaulted_members = std::to_array<std::string_view>({...})`.
  strict,
  /// Stored bodies, perhaps of another version: unknown fields are ignored, missing ones keep their default.
  stored,
};

/// Walks a value down into structs and remembers the first thing that does not fit, with its path.
class json_reader {
public:
  explicit json_reader(decode_policy policy) : policy_(policy) {}

  template <class T>
  bool read(const boost::json::value& in, T& out) {
    if constexpr (std::same_as<T, bool>) {
      return read_bool(in, out);
    } else if constexpr (std::integral<T>) {
      return read_integer(in, out);
    } else if constexpr (std::same_as<T, std::string>) {
      return read_string(in, out);
    } else if constexpr (is_id<T>) {
      return read_id(in, out.value);
    } else if constexpr (std::same_as<T, timestamp>) {
      return read_timestamp(in, out);
    } else if constexpr (described_enum<T>) {
      return read_enum(in, out);
    } else if constexpr (is_optional<T>) {
      out.reset();
      return in.is_null() || read(in, out.emplace());
    } else if constexpr (is_vector<T>) {
      return read_vector(in, out);
    } else {
      static_assert(described<T>, "no JSON form for this type");
      return read_object(in, out);
    }
  }

  /// What did not fit, as `ec::malformed` with the path of the field; never a value, which may be patient data.
  [[nodiscard]] caf::error error() const;

private:
  bool read_bool(const boost::json::value& in, bool& out);
  bool read_string(const boost::json::value& in, std::string& out);
  bool read_id(const boost::json::value& in, std::string& out);
  bool read_timestamp(const boost::json::value& in, timestamp& out);
  bool read_signed(const boost::json::value& in, int64_t low, int64_t high, int64_t& out);
  bool read_unsigned(const boost::json::value& in, uint64_t high, uint64_t& out);
  bool fail(std::string text);
  bool fail_below(std::string_view step);
  bool missing(std::string_view name);
  bool unknown(std::string_view name);

  template <class T>
  bool read_integer(const boost::json::value& in, T& out) {
    using limits = std::numeric_limits<T>;
    std::conditional_t<std::signed_integral<T>, int64_t, uint64_t> wide = 0;
    if constexpr (std::signed_integral<T>) {
      if (!read_signed(in, limits::min(), limits::max(), wide))
        return false;
    } else if (!read_unsigned(in, limits::max(), wide)) {
      return false;
    }
    out = static_cast<T>(wide);
    return true;
  }

  template <class E>
  bool read_enum(const boost::json::value& in, E& out) {
    if (const auto word = in.is_string() ? enum_of<E>(in.get_string()) : std::nullopt) {
      out = *word;
      return true;
    }
    return fail("expected one of " + all_words<E>());
  }

  template <class T, class A>
  bool read_vector(const boost::json::value& in, std::vector<T, A>& out) {
    if (!in.is_array())
      return fail("expected an array");
    out.clear();
    for (const auto& element : in.get_array())
      if (!read(element, out.emplace_back()))
        return fail_below("[" + std::to_string(out.size() - 1) + "]");
    return true;
  }

  template <class T>
  static constexpr bool may_be_missing(std::string_view name) {
    if constexpr (requires { T::defaulted_members; })
      return std::ranges::find(T::defaulted_members, name) != T::defaulted_members.end();
    return false;
  }

  template <class T>
  bool read_object(const boost::json::value& in, T& out) {
    const auto* object = in.if_object();
    if (object == nullptr)
      return fail("expected an object");
    auto fits = true;
    size_t known = 0;
    boost::mp11::mp_for_each<described_members<T>>([&](auto member) {
      auto& value = out.*member.pointer;
      using member_type = std::remove_reference_t<decltype(value)>;
      const auto* found = fits ? object->if_contains(member.name) : nullptr;
      if (found != nullptr) {
        ++known;
        fits = read(*found, value) || fail_below(member.name);
      } else if (fits && policy_ == decode_policy::strict && !is_optional<member_type> &&
                 !may_be_missing<T>(member.name)) {
        fits = missing(member.name);
      }
    });
    if (fits && policy_ == decode_policy::strict && known != object->size())
      return unknown(first_unknown<T>(*object));
    return fits;
  }

  template <class T>
  static std::string_view first_unknown(const boost::json::object& object) {
    for (const auto& pair : object) {
      auto known = false;
      boost::mp11::mp_for_each<described_members<T>>([&](auto member) { known |= pair.key() == member.name; });
      if (!known)
        return pair.key();
    }
    return {};
  }

  decode_policy policy_;
  std::string path_;
  std::string text_;
};

} // namespace machiai
