#include "commands/clinic_log.hpp"

#include "commands/exit_code.hpp"
#include "config/error.hpp"
#include "store/event_codec.hpp"

namespace machiai {

caf::expected<std::unique_ptr<event_store>> open_to_read(const std::string& url) {
  store_options options;
  options.url = url;
  options.read_only = true;
  return open_store(options);
}

caf::expected<void> read_events(event_store& store, const clinic_id& clinic,
                                const std::function<bool(const event&)>& visit) {
  uint64_t seq = 0;
  caf::error problem;
  const auto damaged = [&](const std::string& what) {
    problem = make_error(ec::store_damaged, "clinic " + clinic.value + ", seq " + std::to_string(seq) + ": " + what);
    return false;
  };
  const auto scanned = store.scan(clinic, 1, [&](const event_record& record) {
    if (record.seq != ++seq)
      return damaged("missing; machiai verify says more");
    const auto next = to_event(record);
    return next ? visit(*next) : damaged(message_of(next.error()));
  });
  if (!scanned)
    return scanned.error();
  if (problem)
    return problem;
  if (seq == 0)
    return make_error(ec::not_found, "there is no such clinic");
  return caf::unit;
}

int fail_reading(const caf::error& why) {
  if (code_of(why) == ec::not_found)
    return fail(exit_code::usage, "--clinic: " + message_of(why));
  return fail(exit_code::store, why);
}

std::string japan_time_text_ms(timestamp at) {
  constexpr milliseconds nine_hours{9 * 60 * 60 * 1000};
  auto text = to_rfc3339(at + nine_hours);
  text[text.find('T')] = ' ';
  text.pop_back();
  return text;
}

std::string duration_text(int64_t length_ms) {
  const auto seconds = length_ms / 1000;
  const auto two = [](int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const auto hours = seconds / 3600;
  return (hours > 0 ? std::to_string(hours) + ':' : "") + two(seconds / 60 % 60) + ':' + two(seconds % 60);
}

} // namespace machiai
