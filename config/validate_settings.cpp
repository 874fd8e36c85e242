#include "config/validate_settings.hpp"

#include "config/error.hpp"
#include "config/listen_address.hpp"
#include "config/settings_table.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace machiai {

namespace {

class validator {
public:
  validator(const settings& given, const setting_origins& origins) : given_(given), origins_(origins) {}

  caf::error run() {
    for (const auto& row : settings_table())
      check_range(row);
    check_texts();
    check_pairs();
    return first_ ? make_error(ec::bad_setting, *first_) : caf::error{};
  }

private:
  void fail(const std::string& name, const std::string& what) {
    if (first_)
      return;
    const auto origin = origins_.find(name);
    first_ = (origin == origins_.end() ? "default" : origin->second) + ": " + name + ": " + what;
  }

  void check_range(const setting_row& row) {
    auto copy = given_;
    if (const auto* number = std::get_if<number_member>(&row.member))
      check_bounds(row, (*number)(copy), "");
    else if (const auto* text = std::get_if<text_member>(&row.member))
      check_bounds(row, static_cast<uint32_t>((*text)(copy).size()), "a length of ");
    else
      check_bounds(row, static_cast<uint32_t>(std::get<list_member>(row.member)(copy).size()), "a number of items of ");
  }

  void check_bounds(const setting_row& row, uint32_t value, const std::string& measure) {
    if (value < row.minimum)
      fail(setting_name(row), measure + std::to_string(value) + " is below its minimum " + std::to_string(row.minimum));
    if (value > row.maximum)
      fail(setting_name(row), measure + std::to_string(value) + " is above its maximum " + std::to_string(row.maximum));
  }

  void check_texts() {
    check_address("listen.address", given_.listen.address);
    check_address("listen.admin_address", given_.listen.admin_address);
    for (const auto& origin : given_.listen.allowed_origins)
      check_origin(origin);
    for (const auto& url : given_.call.stun_urls)
      check_scheme("call.stun_urls", url, {"stun:", "stuns:"});
    for (const auto& url : given_.call.turn_urls)
      check_scheme("call.turn_urls", url, {"turn:", "turns:"});
    check_word("log.level", given_.log.level, {"trace", "debug", "info", "warn", "error"});
    check_word("billing.additional_basis", given_.billing.additional_basis, {"persons", "peak"});
    if (const auto problem = store_url_problem(given_.store.url); !problem.empty())
      fail("store.url", problem);
  }

  void check_address(const std::string& name, const std::string& text) {
    if (!parse_listen_address(text))
      fail(name, "\"" + text + "\" is not IP:PORT, [IPv6]:PORT or localhost:PORT");
  }

  void check_origin(std::string_view text) {
    const auto scheme = text.find("://");
    const bool known = text.starts_with("https://") || text.starts_with("http://");
    const bool bare = known && text.size() > scheme + 3 && text.find('/', scheme + 3) == std::string_view::npos;
    if (!bare)
      fail("listen.allowed_origins", "\"" + std::string{text} + "\" is not SCHEME://HOST or SCHEME://HOST:PORT");
  }

  void check_scheme(const std::string& name, const std::string& url, std::initializer_list<std::string_view> schemes) {
    const auto fits = [&](std::string_view scheme) { return url.starts_with(scheme) && url.size() > scheme.size(); };
    if (std::ranges::none_of(schemes, fits))
      fail(name, "\"" + url + "\" does not begin with " + std::string(*schemes.begin()));
  }

  void check_word(const std::string& name, const std::string& value, std::initializer_list<std::string_view> words) {
    if (std::ranges::find(words, value) != words.end())
      return;
    std::string all;
    for (const auto word : words)
      all.append(all.empty() ? "" : ", ").append(word);
    fail(name, "\"" + value + "\" is none of " + all);
  }

  /// `smaller` must stay below `larger`; `or_equal` lets them meet.
  void ordered(const std::string& smaller, uint32_t a, const std::string& larger, uint32_t b, bool or_equal) {
    if (or_equal ? a <= b : a < b)
      return;
    // The one that was given is the one to be changed.
    const auto relation = [or_equal](const char* strict) { return std::string(or_equal ? "not " : "") + strict; };
    if (origins_.contains(smaller) || !origins_.contains(larger))
      fail(smaller, std::to_string(a) + " must " + (or_equal ? relation("be above ") : "be below ") + larger + " (" +
                        std::to_string(b) + ")");
    else
      fail(larger, std::to_string(b) + " must " + (or_equal ? relation("be below ") : "be above ") + smaller + " (" +
                       std::to_string(a) + ")");
  }

  void check_pairs() {
    const auto& connection = given_.connection;
    const auto& command = given_.command;
    ordered("connection.send_soft_bytes", connection.send_soft_bytes, "connection.send_hard_bytes",
            connection.send_hard_bytes, false);
    ordered("connection.hello_bytes_max", connection.hello_bytes_max, "connection.message_bytes_max",
            connection.message_bytes_max, true);
    ordered("connection.doubt_after_ms", connection.doubt_after_ms, "connection.dead_after_ms",
            connection.dead_after_ms, false);
    // One ping is out at a time: the verdict on it falls before the next one.
    ordered("connection.dead_after_ms", connection.dead_after_ms, "connection.beat_interval_ms",
            connection.beat_interval_ms, false);
    ordered("command.in_flight_per_session_max", command.in_flight_per_session_max, "command.in_flight_per_clinic_max",
            command.in_flight_per_clinic_max, true);
    ordered("command.in_flight_per_clinic_max", command.in_flight_per_clinic_max, "command.in_flight_max",
            command.in_flight_max, true);
    ordered("store.batch_rows_max", given_.store.batch_rows_max, "store.waiting_rows_max",
            given_.store.waiting_rows_max, true);
    ordered("store.lock_timeout_ms", given_.store.lock_timeout_ms, "store.statement_timeout_ms",
            given_.store.statement_timeout_ms, true);
    ordered("token.guest_lifetime_ms", given_.token.guest_lifetime_ms, "token.lifetime_max_ms",
            given_.token.lifetime_max_ms, true);
    ordered("token.leeway_ms", given_.token.leeway_ms, "token.lifetime_max_ms", given_.token.lifetime_max_ms, false);
    ordered("drain.reconnect_window_ms", given_.drain.reconnect_window_ms, "drain.hard_limit_ms",
            given_.drain.hard_limit_ms, false);
    const auto& listen = given_.listen;
    if (listen.tls_certificate.empty() != listen.tls_key.empty())
      fail(listen.tls_certificate.empty() ? "listen.tls_key" : "listen.tls_certificate",
           "tls_certificate and tls_key come together or not at all");
    if (!given_.call.turn_urls.empty() && given_.call.turn_secret_file.empty())
      fail("call.turn_secret_file", "call.turn_urls need it");
    if (listen.address == listen.admin_address && !listen.address.ends_with(":0"))
      fail("listen.admin_address", "\"" + listen.admin_address + "\" is listen.address too; they need two ports");
  }

  const settings& given_;
  const setting_origins& origins_;
  std::optional<std::string> first_;
};

} // namespace

std::string store_url_problem(std::string_view url) {
  const bool sqlite = url.starts_with("sqlite:") && url.size() > std::string_view{"sqlite:"}.size();
  if (sqlite || url.starts_with("postgresql://") || url.starts_with("postgres://") || url == "memory:")
    return "";
  return "must be sqlite:PATH, postgresql://HOST/DATABASE or memory:";
}

caf::error validate_settings(const settings& given, const setting_origins& origins) {
  return validator{given, origins}.run();
}

caf::error fit_connections(settings& given, const setting_origins& origins, uint64_t descriptors_max) {
  const std::string name = "connection.connections_max";
  const auto room = descriptors_max > descriptors_reserved ? descriptors_max - descriptors_reserved : 1;
  if (given.connection.connections_max <= room)
    return {};
  const auto origin = origins.find(name);
  if (origin == origins.end()) {
    given.connection.connections_max = static_cast<uint32_t>(room);
    return {};
  }
  return make_error(ec::bad_setting, origin->second + ": " + name + ": " +
                                         std::to_string(given.connection.connections_max) +
                                         " does not fit below the limit of " + std::to_string(descriptors_max) +
                                         " descriptors a process (ulimit -Hn), of which " +
                                         std::to_string(descriptors_reserved) + " are kept for other uses");
}

} // namespace machiai
