#include "gateway/query_parameters.hpp"

#include "config/error.hpp"

#include <algorithm>
#include <vector>

namespace machiai {

namespace {

/// What of a stranger's name an error repeats.
constexpr size_t shown_bytes_max = 64;

struct parameter {
  std::string_view name;
  std::string_view value;
};

std::vector<parameter> parameters_of(std::string_view target) {
  std::vector<parameter> result;
  const auto question = target.find('?');
  if (question == std::string_view::npos)
    return result;
  auto rest = target.substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto name = pair.substr(0, pair.find('='));
    result.push_back({name, pair.substr(std::min(name.size() + 1, pair.size()))});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

} // namespace

std::optional<caf::error> wrong_query(std::string_view target, std::span<const std::string_view> known) {
  std::vector<std::string_view> seen;
  for (const auto& x : parameters_of(target)) {
    const auto shown = std::string(x.name.substr(0, shown_bytes_max));
    if (std::ranges::find(known, x.name) == known.end())
      return make_error(ec::malformed, "query: there is no parameter \"" + shown + "\" here");
    if (std::ranges::find(seen, x.name) != seen.end())
      return make_error(ec::malformed, "query: \"" + shown + "\" comes twice");
    seen.push_back(x.name);
  }
  return std::nullopt;
}

std::string query_value(std::string_view target, std::string_view name) {
  for (const auto& x : parameters_of(target))
    if (x.name == name)
      return std::string(x.value);
  return {};
}

} // namespace machiai
