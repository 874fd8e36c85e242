#include "gateway/content_coding.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace machiai {

namespace {

/// In thousandths.
constexpr int full_weight = 1000;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

/// RFC 9110 section 12.4.2: 0 to 1 with at most three decimals.
int weight_of(std::string_view text) {
  const auto decimals = text.size() > 2 ? text.substr(2) : std::string_view{};
  const auto well_formed = !text.empty() && text.size() <= 5 && (text[0] == '0' || text[0] == '1') &&
                           (text.size() == 1 || text[1] == '.') &&
                           std::ranges::all_of(decimals, [](char c) { return c >= '0' && c <= '9'; });
  if (!well_formed)
    return 0;
  auto weight = text[0] == '1' ? full_weight : 0;
  auto place = full_weight / 10;
  for (const auto digit : decimals) {
    weight += (digit - '0') * place;
    place /= 10;
  }
  return std::min(weight, full_weight);
}

struct wish {
  std::string_view name;
  int weight = full_weight;
};

wish read_wish(std::string_view element) {
  const auto end = std::min(element.find(';'), element.size());
  wish result{trimmed(element.substr(0, end))};
  if (end == element.size())
    return result;
  const auto parameter = trimmed(element.substr(end + 1));
  const auto is_weight = parameter.size() > 2 && same(parameter.substr(0, 2), "q=");
  result.weight = is_weight ? weight_of(parameter.substr(2)) : 0;
  return result;
}

bool is_for(std::string_view name, content_coding coding) {
  switch (coding) {
  case content_coding::brotli:
    return same(name, "br");
  case content_coding::gzip:
    // RFC 9110 section 8.4.1.3: two names of one coding.
    return same(name, "gzip") || same(name, "x-gzip");
  case content_coding::identity:
    return same(name, "identity");
  }
  return false;
}

/// What is said of it, or of all that is not named.
struct weights {
  std::array<std::optional<int>, content_codings> named;
  std::optional<int> others;
};

weights read_weights(std::string_view header) {
  weights result;
  while (!header.empty()) {
    const auto end = std::min(header.find(','), header.size());
    const auto x = read_wish(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (x.name == "*")
      result.others = x.weight;
    for (std::size_t i = 0; i < content_codings; ++i)
      if (is_for(x.name, static_cast<content_coding>(i)))
        result.named[i] = x.weight;
  }
  return result;
}

} // namespace

std::string_view name_of(content_coding coding) {
  switch (coding) {
  case content_coding::brotli:
    return "br";
  case content_coding::gzip:
    return "gzip";
  case content_coding::identity:
    return "";
  }
  return "";
}

std::optional<content_coding> choose_coding(std::string_view accept_encoding, bool has_brotli, bool has_gzip) {
  const auto given = read_weights(accept_encoding);
  const std::array<bool, content_codings> there{has_brotli, has_gzip, true};
  std::optional<content_coding> best;
  auto best_weight = 0;
  for (std::size_t i = 0; i < content_codings; ++i) {
    const auto weight = given.named[i].value_or(given.others.value_or(0));
    if (there[i] && weight > best_weight) {
      best = static_cast<content_coding>(i);
      best_weight = weight;
    }
  }
  if (best)
    return best;
  // RFC 9110 section 12.5.3: identity is refused only in so many words.
  const auto& identity = given.named[static_cast<std::size_t>(content_coding::identity)];
  const auto is_refused = identity ? *identity == 0 : given.others == 0;
  return is_refused ? std::nullopt : std::optional{content_coding::identity};
}

} // namespace machiai
