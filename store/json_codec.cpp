#include "store/json_codec.hpp"

#include "config/fixed_limits.hpp"
#include "store/repeated_key.hpp"

#include <boost/json/parse.hpp>

namespace machiai {

caf::expected<boost::json::value> parse_json(std::string_view text, boost::json::storage_ptr memory) {
  boost::json::parse_options options;
  options.max_depth = fixed::json_nesting_max;
  boost::json::error_code problem;
  auto value = boost::json::parse(text, problem, std::move(memory), options);
  if (problem)
    return make_error(ec::malformed, "not JSON: " + problem.message());
  return value;
}

caf::expected<boost::json::value> parse_client_json(std::string_view text) {
  auto value = parse_json(text);
  if (!value)
    return value;
  if (const auto name = repeated_key(text))
    return given_twice(*name);
  return value;
}

caf::error given_twice(std::string_view name) {
  return make_error(ec::malformed, "field " + std::string{name} + ": given twice");
}

} // namespace machiai
