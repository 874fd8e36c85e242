#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/string_view.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

/// Structs that name their members once, by `BOOST_DESCRIBE_STRUCT`, get CAF's `inspect` and a strict JSON form
/// (store/json_codec.hpp) from that one line.
namespace machiai {

template <class T>
using described_members = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T>
concept described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

/// All members of `x` as a tuple of references, in the order of their description.
template <described T>
auto tie_members(T& x) {
  return []<template <class...> class List, class... Member>(T& value, List<Member...>) {
    return std::tie(value.*Member::pointer...);
  }(x, described_members<T>{});
}

/// True for the inspectors CAF prints messages with (logs, `deep_to_string`).
template <class Inspector>
inline constexpr bool prints_text = std::is_void_v<typename Inspector::result_type>;

/// What a printing inspector may see of a member: free text is where names, tokens and chat stand, so none of it is
/// printed; ids, times, numbers and nested structs are.
template <class T>
decltype(auto) printable(T& member) {
  if constexpr (std::is_same_v<std::remove_const_t<T>, std::string>)
    return caf::string_view{"hidden", 6};
  else
    return (member);
}

template <class Inspector, described T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  if constexpr (prints_text<Inspector>)
    return std::apply([&f](auto&... member) { return f(printable(member)...); }, tie_members(x));
  else
    return std::apply([&f](auto&... member) { return f(member...); }, tie_members(x));
}

/// Applies `f` to the value a variant holds. In saving mode the alternative's index goes first; in loading mode the
/// index picks the alternative. An index out of range is `caf::sec::invalid_argument`.
template <class Inspector, class... Ts>
typename Inspector::result_type inspect_variant(Inspector& f, std::variant<Ts...>& x) {
  static_assert(sizeof...(Ts) <= 255);
  if constexpr (prints_text<Inspector>) {
    return std::visit([&f](auto& value) { return f(value); }, x);
  } else if constexpr (Inspector::reads_state) {
    auto index = static_cast<uint8_t>(x.index());
    if (auto problem = f(index))
      return problem;
    return std::visit([&f](auto& value) { return f(value); }, x);
  } else {
    uint8_t index = 0;
    if (auto problem = f(index))
      return problem;
    typename Inspector::result_type result = caf::make_error(caf::sec::invalid_argument);
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<sizeof...(Ts)>>([&](auto place) {
      if (index == place)
        result = f(x.template emplace<place>());
    });
    return result;
  }
}

} // namespace machiai

// CAF 0.17 knows caf::optional only. Argument-dependent lookup reaches this overload for every T because inspectors
// live in namespace caf.
namespace caf {

template <class Inspector, class T>
typename Inspector::result_type inspect(Inspector& f, std::optional<T>& x) {
  if constexpr (machiai::prints_text<Inspector>) {
    if (x)
      f(machiai::printable(*x));
    else
      f(string_view{"none", 4});
  } else if constexpr (Inspector::reads_state) {
    auto present = x.has_value();
    if (auto problem = f(present))
      return problem;
    return present ? f(*x) : error{};
  } else {
    auto present = false;
    x.reset();
    if (auto problem = f(present))
      return problem;
    return present ? f(x.emplace()) : error{};
  }
}

} // namespace caf
