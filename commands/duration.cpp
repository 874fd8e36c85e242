#include "commands/duration.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace machiai {

std::optional<int64_t> parse_duration_ms(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, int64_t>, 5> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr int64_t longest_ms = 36'525 * 86'400'000LL;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest{end, static_cast<size_t>(text.data() + text.size() - end)};
  if (error != std::errc{} || number < 0)
    return std::nullopt;
  for (const auto& [word, length_ms] : units)
    if (rest == word && number <= longest_ms / length_ms)
      return number * length_ms;
  return std::nullopt;
}

} // namespace machiai
