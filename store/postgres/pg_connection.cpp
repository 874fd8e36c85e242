#include "store/postgres/pg_connection.hpp"

#include "config/error.hpp"
#include "config/fail_point.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <poll.h>

namespace machiai {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr uint32_t type_text = 25;
constexpr uint32_t type_bigint = 20;
constexpr uint32_t type_bytea = 17;

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// Either side notices within 11 s that the other's machine is gone.
constexpr auto keepalive_idle_s = "5";
constexpr auto keepalive_interval_s = "2";
constexpr auto keepalive_count = "3";

constexpr auto unreadable_url = "postgresql:";

struct options_deleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string statement_name(uint32_t number) {
  return "s" + std::to_string(number);
}

} // namespace

void pg_result_deleter::operator()(pg_result* result) const {
  PQclear(result);
}

int pg_rows::count() const {
  return PQntuples(result_.get());
}

bool pg_rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) == 1;
}

std::string_view pg_rows::raw(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int64_t pg_rows::bigint(int row, int column) const {
  uint64_t value = 0;
  for (const auto byte : raw(row, column))
    value = value << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(value);
}

std::string pg_rows::text(int row, int column) const {
  return std::string{raw(row, column)};
}

digest pg_rows::bytes(int row, int column) const {
  digest value{};
  if (const auto stored = raw(row, column); stored.size() == value.size())
    std::memcpy(value.data(), stored.data(), value.size());
  return value;
}

pg_statement& pg_statement::operator<<(int64_t value) {
  std::string bytes;
  for (auto shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<uint64_t>(value) >> shift);
  values.push_back(std::move(bytes));
  types.push_back(type_bigint);
  return *this;
}

pg_statement& pg_statement::operator<<(std::string_view value) {
  values.emplace_back(value);
  types.push_back(type_text);
  return *this;
}

pg_statement& pg_statement::operator<<(const digest& value) {
  values.emplace_back(reinterpret_cast<const char*>(value.data()), value.size());
  types.push_back(type_bytea);
  return *this;
}

pg_statement& pg_statement::operator<<(pg_array& array) {
  values.emplace_back(array.bytes());
  types.push_back(array.type());
  return *this;
}

std::string shown_url(const std::string& url) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, options_deleter> options{PQconninfoParse(url.c_str(), &problem)};
  PQfreemem(problem);
  const auto part = [&options](std::string_view keyword) -> std::string {
    for (auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
      if (keyword == option->keyword && option->val != nullptr)
        return option->val;
    return {};
  };
  const auto user = part("user");
  const auto port = part("port");
  // A password with a slash that is not escaped splits the URL in the wrong places.
  const auto torn = port.find_first_not_of("0123456789,") != std::string::npos ||
                    part("dbname").find('@') != std::string::npos || part("host").find('@') != std::string::npos;
  if (!options || torn)
    return unreadable_url;
  return "postgresql://" + user + (user.empty() ? "" : "@") + part("host") + (port.empty() ? "" : ":" + port) + "/" +
         part("dbname");
}

pg_connection::pg_connection(pg_conn* connection, const store_options& options)
    : connection_(connection), shown_url_(shown_url(options.url)),
      answer_timeout_(2 * milliseconds{options.statement_timeout_ms}) {}

pg_connection::~pg_connection() {
  PQfinish(connection_);
}

caf::expected<std::unique_ptr<pg_connection>> pg_connection::open(const store_options& options) {
  // libpq's own text may repeat pieces of a URL it cannot read, and with them the password.
  if (shown_url(options.url) == unreadable_url)
    return make_error(ec::bad_setting,
                      "store.url: not a URL that PostgreSQL understands; characters such as / and @ in "
                      "a password are written as %2F and %40");
  const auto connect_timeout_s = std::to_string(std::max<uint32_t>(2, (options.connect_timeout_ms + 999) / 1000));
  const auto give_up_ms = std::to_string(options.statement_timeout_ms);
  // What stands in the URL comes last and wins, but for the encoding.
  const std::array keys{"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                        "keepalives_count", "tcp_user_timeout", "application_name",
                        "dbname",           "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{connect_timeout_s.c_str(),
                          keepalive_idle_s,
                          keepalive_interval_s,
                          keepalive_count,
                          give_up_ms.c_str(),
                          "machiai",
                          options.url.c_str(),
                          "UTF8",
                          static_cast<const char*>(nullptr)};
  std::unique_ptr<pg_connection> connection{
      new pg_connection{PQconnectdbParams(keys.data(), values.data(), 1), options}};
  // Warnings would go to stderr, where our own log is.
  PQsetNoticeProcessor(
      connection->connection_, [](void*, const char*) {}, nullptr);
  if (!connection->alive()) {
    connection->fail({}, PQerrorMessage(connection->connection_));
    return connection->error("connect");
  }
  if (auto ready = connection->set_up(options); !ready)
    return ready.error();
  return connection;
}

caf::expected<void> pg_connection::set_up(const store_options& options) {
  // The server notices by itself when we are gone: nothing of ours holds a lock for longer than this.
  const auto text =
      std::string{"SET tcp_keepalives_idle = "} + keepalive_idle_s +
      "; SET tcp_keepalives_interval = " + keepalive_interval_s + "; SET tcp_keepalives_count = " + keepalive_count +
      "; SET tcp_user_timeout = " + std::to_string(options.statement_timeout_ms) +
      "; SET statement_timeout = " + std::to_string(options.statement_timeout_ms) +
      "; SET lock_timeout = " + std::to_string(options.lock_timeout_ms) +
      "; SET idle_in_transaction_session_timeout = " + std::to_string(options.statement_timeout_ms) +
      "; SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'" +
      "; SET client_min_messages = warning; SET default_transaction_read_only = " + (options.read_only ? "on" : "off");
  const std::unique_ptr<pg_result, pg_result_deleter> done{PQexec(connection_, text.c_str())};
  if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) {
    fail({}, PQerrorMessage(connection_));
    return error("set the session up");
  }
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) {
    fail({}, PQerrorMessage(connection_));
    return error("enter pipeline mode");
  }
  return caf::unit;
}

bool pg_connection::alive() const {
  return !gave_up_ && PQstatus(connection_) == CONNECTION_OK;
}

void pg_connection::fail(std::string state, std::string message) {
  if (failure_.message.empty())
    failure_ = {std::move(state), without_line_end(std::move(message))};
}

caf::error pg_connection::error(std::string_view doing) const {
  std::string text = shown_url_ + ": cannot ";
  text.append(doing).append(": ").append(failure_.message);
  // Class 22 is a value the server cannot hold, 23 a row that contradicts another one, XX damage it found itself.
  if (failure_.state.starts_with("22"))
    return make_error(ec::internal, text);
  if (failure_.state.starts_with("23") || failure_.state.starts_with("XX"))
    return make_error(ec::store_damaged, text);
  return make_error(ec::store_unavailable, text);
}

bool pg_connection::wait(deadline until) {
  const auto flushed = PQflush(connection_);
  const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
  pollfd socket{PQsocket(connection_), static_cast<short>(flushed == 1 ? POLLIN | POLLOUT : POLLIN), 0};
  const auto ready = left.count() > 0 ? ::poll(&socket, 1, static_cast<int>(left.count())) : 0;
  if (ready == 0) {
    fail({}, "no answer in time");
    return false;
  }
  if (flushed < 0 || PQconsumeInput(connection_) != 1) {
    fail({}, PQerrorMessage(connection_));
    return false;
  }
  return true;
}

bool pg_connection::send(const pg_statement& statement, std::vector<const char*>& expected) {
  const auto count = static_cast<int>(statement.values.size());
  auto known = std::find_if(prepared_.begin(), prepared_.end(),
                            [&statement](const auto& entry) { return entry.first == statement.sql; });
  if (known == prepared_.end()) {
    known = prepared_.insert(prepared_.end(), {statement.sql, next_name_++});
    if (PQsendPrepare(connection_, statement_name(known->second).c_str(), statement.sql, count,
                      statement.types.data()) != 1)
      return false;
    expected.push_back(nullptr);
  }
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const auto& value : statement.values) {
    values.push_back(value.data());
    lengths.push_back(static_cast<int>(value.size()));
  }
  const std::vector<int> binary(statement.values.size(), 1);
  expected.push_back(statement.sql);
  return PQsendQueryPrepared(connection_, statement_name(known->second).c_str(), count, values.data(), lengths.data(),
                             binary.data(), 1) == 1;
}

bool pg_connection::send_all(const std::vector<pg_statement>& statements, std::vector<const char*>& expected) {
  for (const auto& statement : statements)
    if (!send(statement, expected))
      return false;
  return PQpipelineSync(connection_) == 1;
}

pg_result* pg_connection::next_result(deadline until) {
  while (PQisBusy(connection_) == 1)
    if (!wait(until)) {
      gave_up_ = true;
      return nullptr;
    }
  return PQgetResult(connection_);
}

void pg_connection::take(pg_result* result, const char* sql, std::vector<pg_rows>& out) {
  pg_rows rows{result};
  switch (PQresultStatus(result)) {
  case PGRES_COMMAND_OK:
    // COMMIT of a failed transaction answers ROLLBACK.
    if (sql != nullptr && std::string_view{sql} == "COMMIT" && std::string_view{PQcmdStatus(result)} != "COMMIT")
      fail("25000", "the transaction was rolled back");
    break;
  case PGRES_TUPLES_OK:
    break;
  case PGRES_PIPELINE_ABORTED:
    fail("25000", "the pipeline was aborted");
    break;
  default:
    const auto* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const auto* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    fail(state == nullptr ? "" : state, message == nullptr ? PQresultErrorMessage(result) : message);
  }
  if (sql != nullptr)
    out.push_back(std::move(rows));
}

void pg_connection::collect(const std::vector<const char*>& expected, std::vector<pg_rows>& out) {
  const auto until = steady_clock::now() + answer_timeout_;
  for (const auto* sql : expected) {
    // A null first would be the end of the statement before, which was taken already: the connection is gone.
    auto* result = next_result(until);
    if (result == nullptr)
      return fail({}, "the connection was lost");
    take(result, sql, out);
    while (auto* more = next_result(until))
      PQclear(more);
  }
  while (auto* result = next_result(until)) {
    const auto status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) {
      PQclear(result);
      return;
    }
    take(result, nullptr, out);
  }
  fail({}, "the connection was lost");
}

bool pg_connection::run(const std::vector<pg_statement>& statements, std::vector<pg_rows>& out) {
  failure_ = {};
  out.clear();
  const auto known_before = prepared_.size();
  std::vector<const char*> expected;
  if (!send_all(statements, expected)) {
    fail({}, PQerrorMessage(connection_));
    gave_up_ = true;
    return false;
  }
  fail_point("postgres.statements.sent");
  collect(expected, out);
  if (failure_.message.empty())
    return true;
  prepared_.resize(known_before);
  if (alive() && PQtransactionStatus(connection_) != PQTRANS_IDLE) {
    const auto failure = failure_;
    std::vector<pg_rows> ignored;
    failure_ = {};
    expected.clear();
    if (send_all({pg_statement{"ROLLBACK"}}, expected))
      collect(expected, ignored);
    gave_up_ = gave_up_ || !failure_.message.empty();
    failure_ = failure;
  }
  return false;
}

} // namespace machiai
