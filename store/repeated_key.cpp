#include "store/repeated_key.hpp"

#include "config/fixed_limits.hpp"
#include "store/ids.hpp"
#include "store/json_codec.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace machiai {

namespace {

namespace json = boost::json;
using text_view = json::string_view;
using problem = json::error_code;

/// Listens to Boost.JSON's parser for the names of members and for nothing else; stops it at the first repetition.
struct key_listener {
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  bool on_object_begin(problem&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(size_t, problem&) {
    open.pop_back();
    return true;
  }
  bool on_key_part(text_view part, size_t, problem&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(text_view part, size_t, problem& stop) {
    key.append(part.data(), part.size());
    if (open.back().insert(key).second) {
      key.clear();
      return true;
    }
    repeated = std::move(key);
    stop = json::error::extra_data;
    return false;
  }

  bool on_document_begin(problem&) { return true; }
  bool on_document_end(problem&) { return true; }
  bool on_array_begin(problem&) { return true; }
  bool on_array_end(size_t, problem&) { return true; }
  bool on_string_part(text_view, size_t, problem&) { return true; }
  bool on_string(text_view, size_t, problem&) { return true; }
  bool on_number_part(text_view, problem&) { return true; }
  bool on_int64(int64_t, text_view, problem&) { return true; }
  bool on_uint64(uint64_t, text_view, problem&) { return true; }
  bool on_double(double, text_view, problem&) { return true; }
  bool on_bool(bool, problem&) { return true; }
  bool on_null(problem&) { return true; }
  bool on_comment_part(text_view, problem&) { return true; }
  bool on_comment(text_view, problem&) { return true; }

  std::vector<std::set<std::string>> open;
  std::string key;
  std::optional<std::string> repeated;
};

} // namespace

std::string shown_name(std::string_view name) {
  std::string text{name.substr(0, fixed::id_characters_max)};
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

std::optional<std::string> repeated_key(std::string_view text) {
  json::parse_options options;
  options.max_depth = fixed::json_nesting_max;
  json::basic_parser<key_listener> parser{options};
  problem stopped;
  parser.write_some(false, text.data(), text.size(), stopped);
  auto& found = parser.handler().repeated;
  if (found)
    *found = shown_name(*found);
  return std::move(found);
}

} // namespace machiai
