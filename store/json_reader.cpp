#include "store/json_reader.hpp"

#include "store/repeated_key.hpp"

namespace machiai {

bool json_reader::read_bool(const boost::json::value& in, bool& out) {
  if (!in.is_bool())
    return fail("expected true or false");
  out = in.get_bool();
  return true;
}

bool json_reader::read_string(const boost::json::value& in, std::string& out) {
  if (!in.is_string())
    return fail("expected a string");
  out.assign(in.get_string().begin(), in.get_string().end());
  return true;
}

bool json_reader::read_id(const boost::json::value& in, std::string& out) {
  if (!in.is_string() || !is_valid_id(in.get_string())) {
    const auto none = policy_ == decode_policy::stored && in.is_string() && in.get_string().empty();
    out.clear();
    return none || fail("expected an id of 1 to 64 characters out of A-Z a-z 0-9 . _ -");
  }
  out.assign(in.get_string().begin(), in.get_string().end());
  return true;
}

bool json_reader::read_timestamp(const boost::json::value& in, timestamp& out) {
  const auto at = in.is_string() ? parse_rfc3339(in.get_string()) : std::nullopt;
  if (!at)
    return fail("expected a time such as 2026-04-10T01:00:00.000Z");
  out = *at;
  return true;
}

bool json_reader::read_signed(const boost::json::value& in, int64_t low, int64_t high, int64_t& out) {
  if (!in.is_int64() || in.get_int64() < low || in.get_int64() > high)
    return fail("expected a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  out = in.get_int64();
  return true;
}

bool json_reader::read_unsigned(const boost::json::value& in, uint64_t high, uint64_t& out) {
  const auto negative = in.is_int64() && in.get_int64() < 0;
  if (negative || (!in.is_int64() && !in.is_uint64()))
    return fail("expected a whole number from 0 to " + std::to_string(high));
  const auto value = in.is_int64() ? static_cast<uint64_t>(in.get_int64()) : in.get_uint64();
  if (value > high)
    return fail("expected a whole number from 0 to " + std::to_string(high));
  out = value;
  return true;
}

bool json_reader::fail(std::string text) {
  text_ = std::move(text);
  return false;
}

bool json_reader::fail_below(std::string_view step) {
  const auto joined = path_.empty() || path_.starts_with('[');
  path_ = std::string{step} + (joined ? "" : ".") + path_;
  return false;
}

bool json_reader::missing(std::string_view name) {
  fail("missing");
  return fail_below(name);
}

bool json_reader::unknown(std::string_view name) {
  fail("there is no such field");
  return fail_below(shown_name(name));
}

caf::error json_reader::error() const {
  return make_error(ec::malformed, path_.empty() ? text_ : "field " + path_ + ": " + text_);
}

} // namespace machiai
