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

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// RFC 3986 section 2.1. What is no code stays, for whoever reads the value to refuse.
std::string decoded(std::string_view value) {
  std::string result;
  for (size_t i = 0; i < value.size(); ++i) {
    const auto is_code =
        value[i] == '%' && i + 2 < value.size() && hex_digit(value[i + 1]) >= 0 && hex_digit(value[i + 2]) >= 0;
    result += is_code ? static_cast<char>(hex_digit(value[i + 1]) * 16 + hex_digit(value[i + 2])) : value[i];
    i += is_code ? 2 : 0;
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

bool has_query(std::string_view target, std::string_view name) {
  const auto all = parameters_of(target);
  return std::ranges::find(all, name, &parameter::name) != all.end();
}

std::string query_value(std::string_view target, std::string_view name) {
  for (const auto& x : parameters_of(target))
    if (x.name == name)
      return decoded(x.value);
  return {};
}

} // namespace machiai
