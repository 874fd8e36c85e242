#pragma once

#include "store/sqlite/sqlite_connection.hpp"

namespace machiai {

/// A transaction that rolls back unless it was committed.
class sqlite_transaction {
public:
  sqlite_transaction(sqlite_connection& connection, const char* begin) : connection_(connection) {
    // What the one before could not roll back for want of memory.
    connection.roll_back();
    auto query = connection.query(begin);
    query.run();
    error_code_ = query.error_code();
  }
  ~sqlite_transaction() { connection_.roll_back(); }
  sqlite_transaction(const sqlite_transaction&) = delete;
  sqlite_transaction& operator=(const sqlite_transaction&) = delete;

  [[nodiscard]] int error_code() const { return error_code_; }

  /// SQLite's result code of COMMIT.
  int commit() {
    auto query = connection_.query("COMMIT");
    query.run();
    return query.error_code();
  }

private:
  sqlite_connection& connection_;
  int error_code_ = 0;
};

} // namespace machiai
