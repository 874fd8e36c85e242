#include "store/timestamp.hpp"

#include <algorithm>

namespace machiai {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int64_t ms_per_minute = 60'000;
constexpr int64_t ms_per_day = 86'400'000;
constexpr int64_t japan_offset_ms = 9 * 60 * ms_per_minute;

constexpr int64_t start_of(int year_number) {
  return sys_days{std::chrono::year{year_number} / std::chrono::January / 1}.time_since_epoch().count() * ms_per_day;
}

constexpr int64_t earliest_ms = start_of(0);
constexpr int64_t latest_ms = start_of(10000) - 1;

struct broken_down {
  int year, month, day, hour, minute, second, millisecond;
};

int64_t floor_day(int64_t ms) {
  return (ms >= 0 ? ms : ms - ms_per_day + 1) / ms_per_day;
}

broken_down break_down(int64_t ms) {
  const auto inside = std::clamp(ms, earliest_ms, latest_ms);
  const auto day_number = floor_day(inside);
  const year_month_day date{sys_days{days{day_number}}};
  const auto rest = static_cast<int>(inside - day_number * ms_per_day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          rest / 3'600'000,
          rest / 60'000 % 60,
          rest / 1000 % 60,
          rest % 1000};
}

/// Writes `value` as `width` digits from `out` on and returns the place after them.
char* put(char* out, int value, int width) {
  for (auto i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

char* put_date(char* out, const broken_down& t) {
  out = put(out, t.year, 4);
  *out++ = '-';
  out = put(out, t.month, 2);
  *out++ = '-';
  return put(out, t.day, 2);
}

/// Takes digits and punctuation from the front of a text; after the first mismatch everything fails.
class scanner {
public:
  explicit scanner(std::string_view text) : text_(text) {}

  int digits(size_t width) {
    if (text_.size() < width)
      return fail();
    auto value = 0;
    for (size_t i = 0; i < width; ++i) {
      if (text_[i] < '0' || text_[i] > '9')
        return fail();
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(width);
    return value;
  }

  bool next_is(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos)
      return false;
    last_ = text_.front();
    text_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) {
    if (!next_is(any_of))
      fail();
  }

  [[nodiscard]] char last() const { return last_; }
  [[nodiscard]] size_t digits_ahead() const { return std::min(text_.find_first_not_of("0123456789"), text_.size()); }
  [[nodiscard]] bool done() const { return ok_ && text_.empty(); }

  int fail() {
    ok_ = false;
    text_ = {};
    return 0;
  }

private:
  std::string_view text_;
  char last_ = 0;
  bool ok_ = true;
};

int64_t scan_fraction_ms(scanner& in) {
  if (!in.next_is("."))
    return 0;
  const auto width = in.digits_ahead();
  if (width == 0 || width > 3)
    return in.fail();
  const auto value = in.digits(width);
  return width == 1 ? value * 100 : width == 2 ? value * 10 : value;
}

int64_t scan_offset_ms(scanner& in) {
  if (in.next_is("Zz"))
    return 0;
  in.expect("+-");
  const auto sign = in.last() == '-' ? -1 : 1;
  const auto hours = in.digits(2);
  in.expect(":");
  const auto minutes = in.digits(2);
  if (hours > 23 || minutes > 59)
    return in.fail();
  return sign * (hours * 60 + minutes) * ms_per_minute;
}

} // namespace

void append_rfc3339(std::string& out, timestamp at) {
  const auto t = break_down(at.ms);
  char buffer[24];
  auto* end = put_date(buffer, t);
  *end++ = 'T';
  end = put(end, t.hour, 2);
  *end++ = ':';
  end = put(end, t.minute, 2);
  *end++ = ':';
  end = put(end, t.second, 2);
  *end++ = '.';
  end = put(end, t.millisecond, 3);
  *end++ = 'Z';
  out.append(buffer, end);
}

std::string to_rfc3339(timestamp at) {
  std::string text;
  append_rfc3339(text, at);
  return text;
}

std::optional<timestamp> parse_rfc3339(std::string_view text) {
  scanner in{text};
  const auto year = in.digits(4);
  in.expect("-");
  const auto month = in.digits(2);
  in.expect("-");
  const auto day = in.digits(2);
  in.expect("Tt");
  const auto hour = in.digits(2);
  in.expect(":");
  const auto minute = in.digits(2);
  in.expect(":");
  const auto second = in.digits(2);
  const auto fraction_ms = scan_fraction_ms(in);
  const auto offset_ms = scan_offset_ms(in);
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!in.done() || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const auto day_ms = sys_days{date}.time_since_epoch().count() * ms_per_day;
  const auto ms = day_ms + (hour * 60 + minute) * ms_per_minute + second * 1000 + fraction_ms - offset_ms;
  if (ms < earliest_ms || ms > latest_ms)
    return std::nullopt;
  return timestamp{ms};
}

int64_t japan_day(timestamp at) {
  return floor_day(at.ms + japan_offset_ms);
}

std::string japan_month(timestamp at) {
  char buffer[10];
  put_date(buffer, break_down(at.ms + japan_offset_ms));
  return {buffer, 7};
}

std::string japan_time_text(timestamp at) {
  const auto t = break_down(at.ms + japan_offset_ms);
  char buffer[16];
  auto* end = put_date(buffer, t);
  *end++ = ' ';
  end = put(end, t.hour, 2);
  *end++ = ':';
  put(end, t.minute, 2);
  return {buffer, sizeof(buffer)};
}

} // namespace machiai
