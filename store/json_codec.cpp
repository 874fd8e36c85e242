#include "store/json_codec.hpp"

#include <boost/json/parse.hpp>

namespace machiai {

namespace {

constexpr size_t nesting_max = 32;

} // namespace

caf::expected<boost::json::value> parse_json(std::string_view text, boost::json::storage_ptr memory) {
  boost::json::parse_options options;
  options.max_depth = nesting_max;
  boost::json::error_code problem;
  auto value = boost::json::parse(text, problem, std::move(memory), options);
  if (problem)
    return make_error(ec::malformed, "not JSON: " + problem.message());
  return value;
}

} // namespace machiai
