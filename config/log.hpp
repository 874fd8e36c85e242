#pragma once

#include "config/error.hpp"
#include "config/settings.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// The log: one JSON object a line on stderr, for machines first. Names, messages, tokens and other words of patients
/// never belong in it, so a field takes no plain string: only numbers, truth values, literals, error codes and what was
/// wrapped on purpose by `log_id` or `log_text`.
///
///     log_info("gateway.listening", {{"address", log_text(address)}, {"shards", shards}});
///     {"ts":"2026-11-22T01:00:00.000Z","level":"info","event":"gateway.listening","address":"127.0.0.1:8080","shards":1}
namespace machiai {

/// An opaque id (store/ids.hpp). Anything that is not 1 to 64 of `[A-Za-z0-9._-]` shows as `(not an id)`, so a name
/// that got here by mistake stays unseen.
struct log_id {
  std::string_view value;
  explicit log_id(std::string_view text) : value(text) {}
};

/// Words of the machine or the operator: an address, a path, the text of a system error. Never anything a client sent.
struct log_text {
  std::string_view value;
  explicit log_text(std::string_view text) : value(text) {}
};

/// One field of a line. Views what it was made from, so it lives only as long as the call.
class log_field {
public:
  using value_type = std::variant<bool, int64_t, uint64_t, double, log_id, log_text>;

  log_field(std::string_view name, bool value) : name_(name), value_(value) {}
  template <std::signed_integral T>
  log_field(std::string_view name, T value) : name_(name), value_(int64_t{value}) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) log_field(std::string_view name, T value) : name_(name), value_(uint64_t{value}) {}
  log_field(std::string_view name, double value) : name_(name), value_(value) {}
  log_field(std::string_view name, log_id value) : name_(name), value_(value) {}
  log_field(std::string_view name, log_text value) : name_(name), value_(value) {}
  /// A literal.
  template <size_t Size>
  log_field(std::string_view name, const char (&value)[Size]) : name_(name), value_(log_text{{value, Size - 1}}) {}

  std::string_view name() const { return name_; }
  const value_type& value() const { return value_; }

private:
  std::string_view name_;
  value_type value_;
};

using log_fields = std::initializer_list<log_field>;

/// From which level lines are written, and how many of one event in a second. Until it is called the defaults hold.
void set_up_log(const log_settings& given);

/// Sends every line (without its end) to `sink` instead of stderr; an empty one goes back to stderr. For tests.
void set_log_sink(std::function<void(std::string_view)> sink);

/// `event` is a fixed word such as `store.commit_failed`: area, dot, what happened. From any thread.
void log_trace(std::string_view event, log_fields fields = {});
void log_debug(std::string_view event, log_fields fields = {});
void log_info(std::string_view event, log_fields fields = {});
void log_warn(std::string_view event, log_fields fields = {});
void log_error(std::string_view event, log_fields fields = {});

/// The same with the error's code and message as fields; messages hold no patient data (config/error.hpp).
void log_warn(std::string_view event, const caf::error& error, log_fields fields = {});
void log_error(std::string_view event, const caf::error& error, log_fields fields = {});

} // namespace machiai
