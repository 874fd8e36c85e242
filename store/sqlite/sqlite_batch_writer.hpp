#pragma once

#include "store/sqlite/sqlite_connection.hpp"

namespace machiai {

/// Inserts the rows of one batch inside an open transaction and remembers in which log the last one went.
class sqlite_batch_writer {
public:
  explicit sqlite_batch_writer(sqlite_connection& connection) : connection_(connection) {}

  /// False when a row could not be written; `error_code` says why.
  bool write(const clinic_append& append);

  /// SQLite's extended result code.
  [[nodiscard]] int error_code() const { return error_code_; }

  /// Query for the newest position of the log the last row went to; null when there was no row.
  [[nodiscard]] const char* newest_position() const { return newest_position_; }

private:
  bool add(sqlite_query& row, const char* newest_position);
  bool write_events(const clinic_append& append);
  bool write_answers(const clinic_append& append);
  bool write_outbox(const clinic_append& append);
  bool write_snapshot(const clinic_append& append);

  sqlite_connection& connection_;
  const char* newest_position_ = nullptr;
  int error_code_ = 0;
};

} // namespace machiai
