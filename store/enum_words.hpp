#pragma once

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

/// The words of enums made by `BOOST_DEFINE_ENUM_CLASS`, as they stand in JSON, in the store and in messages.
namespace machiai {

template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

/// The word of an enumerator; one that has to dodge a keyword ends in `_`, which the word does not.
constexpr std::string_view enum_word(std::string_view enumerator) {
  return enumerator.ends_with('_') ? enumerator.substr(0, enumerator.size() - 1) : enumerator;
}

/// All words in the order of description, with blanks between them.
template <described_enum E>
std::string all_words() {
  std::string text;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&text](auto enumerator) {
    text += text.empty() ? "" : " ";
    text += enum_word(enumerator.name);
  });
  return text;
}

/// The word of `value`; empty for a number that is no enumerator.
template <described_enum E>
std::string_view word_of(E value) {
  std::string_view word;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (enumerator.value == value)
      word = enum_word(enumerator.name);
  });
  return word;
}

/// The enumerator with this word, if any.
template <described_enum E>
std::optional<E> enum_of(std::string_view word) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (enum_word(enumerator.name) == word)
      found = enumerator.value;
  });
  return found;
}

} // namespace machiai
