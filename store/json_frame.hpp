#pragma once

#include "store/json_encode.hpp"

#include <string>
#include <string_view>

/// Text of frames: JSON objects that begin with their `type`.
namespace machiai {

/// `{"type":"TYPE"`, without the closing brace, for members to follow. `type` needs no escaping.
inline std::string begin_json_frame(std::string_view type) {
  std::string out = R"({"type":")";
  out += type;
  out += '"';
  return out;
}

/// Appends `,"NAME":` and the JSON text of `value` to an object that has a member already. `name` needs no escaping.
template <class T>
void append_json_member(std::string& out, std::string_view name, const T& value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json(out, value);
}

} // namespace machiai
