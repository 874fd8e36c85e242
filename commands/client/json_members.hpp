#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string_view>

/// Members of frames, read with patience: one that is absent or of another type is empty, 0 or false.
namespace machiai {

inline std::string_view text_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
}

inline int64_t number_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_number() ? value->to_number<int64_t>() : 0;
}

inline bool flag_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

/// Null when there is no such object.
inline const boost::json::object* object_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

/// Null when there is no such array.
inline const boost::json::array* array_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_array() : nullptr;
}

} // namespace machiai
