#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace machiai {

using std::chrono::milliseconds;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
struct timestamp {
  int64_t ms = 0;

  friend auto operator<=>(const timestamp&, const timestamp&) = default;
  friend timestamp operator+(timestamp at, milliseconds length) { return {at.ms + length.count()}; }
  friend timestamp operator-(timestamp at, milliseconds length) { return {at.ms - length.count()}; }
  friend milliseconds operator-(timestamp later, timestamp earlier) { return milliseconds{later.ms - earlier.ms}; }
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, timestamp& x) {
  return f(x.ms);
}

/// RFC 3339 in UTC with milliseconds: `2026-04-10T01:00:00.000Z`. A time outside the years 0000 to 9999, which RFC 3339
/// cannot write, prints as the nearest one inside.
std::string to_rfc3339(timestamp at);

/// Appends what `to_rfc3339` returns.
void append_rfc3339(std::string& out, timestamp at);

/// Reads RFC 3339 with `Z` or a numeric offset and 0 to 3 decimals; nothing for any other text, a date that does not
/// exist or a time outside the years 0000 to 9999 in UTC. A leap second (`:60`) is not accepted.
std::optional<timestamp> parse_rfc3339(std::string_view text);

/// Days since 1970-01-01 in Japan (UTC+9, no daylight saving: domain.md R19).
int64_t japan_day(timestamp at);

/// The calendar month in Japan as `2026-11`.
std::string japan_month(timestamp at);

/// `2026-11-22 10:32` in Japan, for people.
std::string japan_time_text(timestamp at);

} // namespace machiai
