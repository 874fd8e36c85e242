#pragma once

#include "store/event_record.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace machiai {

/// A prepared statement in use: bind, step, read columns; it is reset when this goes out of scope. Numbering of places
/// and columns starts at 0. After a failed call everything up to the end of scope is a no-op and `error_code` tells.
class sqlite_query {
public:
  explicit sqlite_query(sqlite3_stmt* statement) : statement_(statement) {}
  ~sqlite_query();
  sqlite_query(const sqlite_query&) = delete;
  sqlite_query& operator=(const sqlite_query&) = delete;

  /// Binds the next place. Texts and blobs must live until the query ends.
  sqlite_query& operator<<(int64_t value);
  sqlite_query& operator<<(std::string_view text);
  sqlite_query& operator<<(const digest& blob);

  /// True when there is a row.
  bool step();

  /// Runs it once for its effect and makes it ready to be bound again; false when it failed.
  bool run();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// Zeros when the blob has not the right length.
  [[nodiscard]] digest blob(int column) const;

  /// SQLite's extended result code of the first failure, 0 for none.
  [[nodiscard]] int error_code() const { return error_code_; }

private:
  void note(int code);

  sqlite3_stmt* statement_;
  int next_place_ = 1;
  int error_code_ = 0;
};

/// One open database file and its prepared statements. Not movable: queries point into it.
class sqlite_connection {
public:
  /// Opens `path`; a writer creates the file (mode 0600) when it is missing.
  static caf::expected<std::unique_ptr<sqlite_connection>> open(const std::string& path, bool read_only,
                                                                uint32_t lock_timeout_ms);
  ~sqlite_connection();
  sqlite_connection(const sqlite_connection&) = delete;
  sqlite_connection& operator=(const sqlite_connection&) = delete;

  /// The statement for `sql`, prepared once and kept. `sql` must be a literal.
  sqlite_query query(const char* sql);

  /// Runs statements that return nothing.
  caf::expected<void> execute(const std::string& sql);

  /// The first column of the first row, or `otherwise` when there is none.
  caf::expected<int64_t> number(const char* sql, int64_t otherwise = 0);

  /// Our error for SQLite's result code: damage, no room, unavailable.
  [[nodiscard]] caf::error error(int code, std::string_view doing) const;

  /// Rolls back when a transaction is open; safe to call at any time.
  void roll_back() noexcept;

  /// Rows that the last statement inserted, updated or deleted.
  [[nodiscard]] int64_t changes() const;

  /// Rowid of the last insert.
  [[nodiscard]] int64_t last_row() const;

private:
  sqlite_connection(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  std::string path_;
  sqlite3* handle_;
  std::map<const char*, sqlite3_stmt*> statements_;
};

} // namespace machiai
