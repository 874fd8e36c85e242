#include "config/log.hpp"

#include "config/wall_clock.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>

namespace machiai {

namespace {

using spdlog::level::level_enum;

/// Passes lines to a function, for tests.
class function_sink : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit function_sink(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    take_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

private:
  std::function<void(std::string_view)> take_;
};

/// Length of the valid UTF-8 sequence at the front of `text` (RFC 3629), 0 when there is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [text](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
  const auto follows = [&byte](size_t from, size_t to) {
    for (auto at = from; at < to; ++at)
      if ((byte(at) & 0xC0) != 0x80)
        return false;
    return true;
  };
  const auto first = byte(0);
  const auto second = byte(1);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF && follows(1, 2))
    return 2;
  if (first >= 0xE0 && first <= 0xEF && follows(1, 3))
    return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
  if (first >= 0xF0 && first <= 0xF4 && follows(1, 4))
    return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? 0 : 4;
  return 0;
}

void append_escaped(std::string& line, unsigned code_point) {
  constexpr std::string_view digits = "0123456789abcdef";
  line += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    line += digits[(code_point >> shift) & 0xF];
}

/// A JSON string. Everything a terminal or a line-based reader could act on is escaped: C0, DEL, C1, U+2028, U+2029 and
/// the marks that turn the writing direction.
void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const auto length = utf8_length(text);
    const unsigned three = length == 3 ? (first & 0xFu) << 12 | (static_cast<unsigned char>(text[1]) & 0x3Fu) << 6 |
                                             (static_cast<unsigned char>(text[2]) & 0x3Fu)
                                       : 0;
    const unsigned two = length == 2 ? (first & 0x1Fu) << 6 | (static_cast<unsigned char>(text[1]) & 0x3Fu) : 0;
    if (length == 0)
      append_escaped(line, 0xFFFD);
    else if (first < 0x20 || first == 0x7F)
      append_escaped(line, first);
    else if (two >= 0x80 && two < 0xA0)
      append_escaped(line, two);
    else if ((three >= 0x2028 && three <= 0x202E) || (three >= 0x2066 && three <= 0x2069))
      append_escaped(line, three);
    else {
      if (first == '"' || first == '\\')
        line += '\\';
      line += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  line += '"';
}

bool looks_like_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
           c == '-';
  });
}

void append_value(std::string& line, const log_field::value_type& value) {
  if (const auto* flag = std::get_if<bool>(&value))
    line += *flag ? "true" : "false";
  else if (const auto* integer = std::get_if<int64_t>(&value))
    line += std::to_string(*integer);
  else if (const auto* natural = std::get_if<uint64_t>(&value))
    line += std::to_string(*natural);
  else if (const auto* number = std::get_if<double>(&value))
    line += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
  else if (const auto* id = std::get_if<log_id>(&value))
    append_quoted(line, looks_like_id(id->value) ? id->value : "(not an id)");
  else
    append_quoted(line, std::get<log_text>(value).value);
}

/// RFC 3339 in UTC; store/timestamp.hpp is out of reach from here.
std::string utc_text(int64_t at_ms) {
  using namespace std::chrono;
  const auto at = sys_time<milliseconds>{milliseconds{at_ms}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int{date.year()}, unsigned{date.month()},
                     unsigned{date.day()}, time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

/// The process's one log: the spdlog logger and, per event, how many lines this second has seen.
class process_log {
public:
  process_log() { use(std::make_shared<spdlog::sinks::stderr_sink_mt>()); }

  void use(spdlog::sink_ptr sink) {
    const std::lock_guard guard{mutex_};
    auto next = std::make_shared<spdlog::logger>("machiai", std::move(sink));
    next->set_pattern("%v");
    next->set_level(level_);
    logger_ = std::move(next);
  }

  void set_up(const log_settings& given) {
    const std::lock_guard guard{mutex_};
    level_ = spdlog::level::from_str(given.level == "error" ? "err" : given.level);
    lines_per_second_ = given.event_lines_per_second;
    logger_->set_level(level_);
  }

  void write(level_enum level, std::string_view event, const caf::error* error, log_fields fields) {
    const std::lock_guard guard{mutex_};
    if (!logger_->should_log(level))
      return;
    uint64_t suppressed = 0;
    const auto at_ms = system_wall_clock().now_ms();
    if (!admit(event, at_ms / 1000, suppressed))
      return;
    std::string line = "{\"ts\":\"" + utc_text(at_ms) + "\",\"level\":\"" + word(level) + "\",\"event\":";
    append_quoted(line, event);
    for (const auto& field : fields)
      append_field(line, field);
    if (error) {
      const auto code = to_string(code_of(*error));
      const auto message = message_of(*error);
      append_field(line, {"code", log_text{code}});
      append_field(line, {"error", log_text{message}});
    }
    if (suppressed > 0)
      append_field(line, {"suppressed", suppressed});
    line += '}';
    logger_->log(level, spdlog::string_view_t{line.data(), line.size()});
  }

private:
  struct second_count {
    int64_t second = 0;
    uint64_t lines = 0;
  };

  static const char* word(level_enum level) {
    constexpr std::array words{"trace", "debug", "info", "warn", "error"};
    return words.at(static_cast<size_t>(level));
  }

  static void append_field(std::string& line, const log_field& field) {
    line += ',';
    append_quoted(line, field.name());
    line += ':';
    append_value(line, field.value());
  }

  /// A flood of one event (a client that fails a thousand times a second) must not fill the disk or hide the others.
  bool admit(std::string_view event, int64_t second, uint64_t& suppressed) {
    auto found = counts_.find(event);
    if (found == counts_.end())
      found = counts_.emplace(std::string{event}, second_count{}).first;
    auto& count = found->second;
    if (count.second != second) {
      suppressed = count.lines > lines_per_second_ ? count.lines - lines_per_second_ : 0;
      count = {second, 0};
    }
    return ++count.lines <= lines_per_second_;
  }

  std::mutex mutex_;
  level_enum level_ = level_enum::info;
  uint64_t lines_per_second_ = log_settings{}.event_lines_per_second;
  /// Events are fixed words in the source, so this stays small.
  std::map<std::string, second_count, std::less<>> counts_;
  std::shared_ptr<spdlog::logger> logger_;
};

process_log& the_log() {
  // Never destroyed: threads that outlive main may still log.
  static auto* log = new process_log;
  return *log;
}

} // namespace

void set_up_log(const log_settings& given) {
  the_log().set_up(given);
}

void set_log_sink(std::function<void(std::string_view)> sink) {
  if (sink)
    the_log().use(std::make_shared<function_sink>(std::move(sink)));
  else
    the_log().use(std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

void log_trace(std::string_view event, log_fields fields) {
  the_log().write(level_enum::trace, event, nullptr, fields);
}

void log_debug(std::string_view event, log_fields fields) {
  the_log().write(level_enum::debug, event, nullptr, fields);
}

void log_info(std::string_view event, log_fields fields) {
  the_log().write(level_enum::info, event, nullptr, fields);
}

void log_warn(std::string_view event, log_fields fields) {
  the_log().write(level_enum::warn, event, nullptr, fields);
}

void log_error(std::string_view event, log_fields fields) {
  the_log().write(level_enum::err, event, nullptr, fields);
}

void log_warn(std::string_view event, const caf::error& error, log_fields fields) {
  the_log().write(level_enum::warn, event, &error, fields);
}

void log_error(std::string_view event, const caf::error& error, log_fields fields) {
  the_log().write(level_enum::err, event, &error, fields);
}

} // namespace machiai
