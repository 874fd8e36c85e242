#include "store/postgres/postgres_writer_lock.hpp"

#include "config/error.hpp"

#include <array>
#include <charconv>
#include <poll.h>
#include <random>

namespace machiai {

namespace {

using std::chrono::steady_clock;

constexpr auto pause_ms = 20;

constexpr auto set_name = "SELECT set_config('application_name', $1, false)";
constexpr auto try_lock = "SELECT pg_try_advisory_lock(1298360426, hashtext(current_schema()))";
// By name, because a connection that was lost while it was being made may hold the lock as well.
constexpr auto end_former_sessions = R"(
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid())";
constexpr auto select_holder = R"(
SELECT l.pid, coalesce(host(a.client_addr), 'this host'), (coalesce(a.application_name, '') = $1)::int::bigint
FROM pg_locks l JOIN pg_database d ON d.oid = l.database LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND d.datname = current_database()
 AND l.classid = 1298360426 AND l.objid::bigint = (hashtext(current_schema())::bigint & 4294967295))";

std::string new_session_name() {
  std::random_device random;
  std::array<char, 16> digits{};
  const auto number = static_cast<uint64_t>(random()) << 32U | random();
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return "machiai engine " + std::string{digits.data(), end};
}

} // namespace

postgres_writer_lock::postgres_writer_lock(const store_options& options)
    : shown_url_(shown_url(options.url)), patience_(options.writer_lock_wait_ms), session_name_(new_session_name()) {}

caf::expected<void> postgres_writer_lock::take(pg_connection& connection) const {
  const auto until = steady_clock::now() + patience_;
  for (;;) {
    const auto taken = try_once(connection);
    if (!taken)
      return taken.error();
    if (*taken)
      return caf::unit;
    if (steady_clock::now() >= until)
      return held(connection);
    ::poll(nullptr, 0, pause_ms);
  }
}

caf::expected<bool> postgres_writer_lock::try_once(pg_connection& connection) const {
  std::vector<pg_rows> rows;
  if (!connection.run({pg_statement{set_name} << session_name_, pg_statement{try_lock}}, rows))
    return connection.error("take the writer's lock");
  if (rows[1].bigint(0, 0) != 0)
    return true;
  if (!connection.run({pg_statement{end_former_sessions} << session_name_}, rows))
    return connection.error("end former sessions");
  return false;
}

caf::error postgres_writer_lock::held(pg_connection& connection) const {
  std::string who;
  std::vector<pg_rows> rows;
  if (connection.run({pg_statement{select_holder} << session_name_}, rows) && rows[0].count() > 0) {
    const auto session = std::to_string(rows[0].bigint(0, 0));
    // Stopped, or waiting for a disk: it hears of its end when it goes on.
    if (rows[0].bigint(0, 2) != 0)
      return make_error(ec::store_unavailable, shown_url_ + ": the server has not ended our former session " + session);
    who = " (session " + session + " from " + rows[0].text(0, 1) + ")";
  }
  return make_error(ec::stale_epoch, shown_url_ + ": another engine writes to this store" + who);
}

} // namespace machiai
