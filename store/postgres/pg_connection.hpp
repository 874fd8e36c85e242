#pragma once

#include "store/event_store.hpp"
#include "store/postgres/pg_array.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct pg_conn;
struct pg_result;

namespace machiai {

struct pg_result_deleter {
  void operator()(pg_result* result) const;
};

/// The rows of one statement, in binary format.
class pg_rows {
public:
  explicit pg_rows(pg_result* result) : result_(result) {}
  [[nodiscard]] int count() const;
  [[nodiscard]] bool is_null(int row, int column) const;
  [[nodiscard]] int64_t bigint(int row, int column) const;
  [[nodiscard]] std::string text(int row, int column) const;
  /// Zeros when the value has not the right length.
  [[nodiscard]] digest bytes(int row, int column) const;

private:
  [[nodiscard]] std::string_view raw(int row, int column) const;
  std::unique_ptr<pg_result, pg_result_deleter> result_;
};

/// One statement with its parameters in binary format. `sql` must be a literal: it is prepared once per connection
/// under its address.
struct pg_statement {
  explicit pg_statement(const char* text) : sql(text) {}
  pg_statement& operator<<(int64_t value);
  pg_statement& operator<<(std::string_view value);
  pg_statement& operator<<(const digest& value);
  pg_statement& operator<<(pg_array& array);

  const char* sql;
  std::vector<std::string> values;
  std::vector<uint32_t> types;
};

/// What went wrong with a statement. `state` is the SQLSTATE; empty means that the connection is gone and whatever was
/// sent last may have been done or not.
struct pg_failure {
  std::string state;
  std::string message;
  [[nodiscard]] bool lost() const { return state.empty(); }
};

/// One libpq connection in pipeline mode and non-blocking, so that a frozen server is noticed by a deadline of ours.
class pg_connection {
public:
  /// `ec::store_unavailable` when the server cannot be reached, `ec::bad_setting` for a URL that is none. No message
  /// holds a password.
  static caf::expected<std::unique_ptr<pg_connection>> open(const store_options& options);
  ~pg_connection();
  pg_connection(const pg_connection&) = delete;
  pg_connection& operator=(const pg_connection&) = delete;

  /// Sends all statements at once and collects their rows. After a failed statement the rest is skipped by the server
  /// and any open transaction rolled back; `failure` says what happened.
  bool run(const std::vector<pg_statement>& statements, std::vector<pg_rows>& out);

  [[nodiscard]] const pg_failure& failure() const { return failure_; }

  /// Our error for the failure.
  [[nodiscard]] caf::error error(std::string_view doing) const;

  /// False once the connection is gone; it does not come back.
  [[nodiscard]] bool alive() const;

private:
  using deadline = std::chrono::steady_clock::time_point;

  pg_connection(pg_conn* connection, const store_options& options);

  caf::expected<void> set_up(const store_options& options);
  /// Queues the statement, before it its PREPARE when the server does not know it yet. `expected` gets one entry per
  /// result that will come: the SQL, or null for a PREPARE.
  bool send(const pg_statement& statement, std::vector<const char*>& expected);
  bool send_all(const std::vector<pg_statement>& statements, std::vector<const char*>& expected);
  void collect(const std::vector<const char*>& expected, std::vector<pg_rows>& out);
  /// Waits until the socket is ready or `until` has come; false when the connection is lost over it.
  bool wait(deadline until);
  /// The next result; null between the results of two statements and when the connection is lost.
  pg_result* next_result(deadline until);
  void take(pg_result* result, const char* sql, std::vector<pg_rows>& out);
  void fail(std::string state, std::string message);

  pg_conn* connection_;
  std::string shown_url_;
  /// The server gives up by itself at half of it: past it the way there must be broken.
  std::chrono::milliseconds answer_timeout_;
  /// Statements the server knows, by address, with the number in their name. Names are not used twice.
  std::vector<std::pair<const char*, uint32_t>> prepared_;
  uint32_t next_name_ = 0;
  bool gave_up_ = false;
  pg_failure failure_;
};

/// The URL without password and parameters, for messages; `postgresql:` for one that cannot be read.
std::string shown_url(const std::string& url);

} // namespace machiai
