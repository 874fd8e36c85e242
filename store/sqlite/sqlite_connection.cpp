#include "store/sqlite/sqlite_connection.hpp"

#include "config/error.hpp"

#include <sqlite3.h>

#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace machiai {

namespace {

bool is_damage(int code) {
  const auto primary = code & 0xFF;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

} // namespace

sqlite_query::~sqlite_query() {
  if (statement_ == nullptr)
    return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void sqlite_query::note(int code) {
  if (error_code_ == 0)
    error_code_ = code;
}

sqlite_query& sqlite_query::operator<<(int64_t value) {
  if (const auto code = sqlite3_bind_int64(statement_, next_place_++, value); code != SQLITE_OK)
    note(code);
  return *this;
}

sqlite_query& sqlite_query::operator<<(std::string_view text) {
  // An empty view may hold a null pointer, which SQLite would take for NULL.
  const auto* data = text.empty() ? "" : text.data();
  const auto code = sqlite3_bind_text64(statement_, next_place_++, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK)
    note(code);
  return *this;
}

sqlite_query& sqlite_query::operator<<(const digest& blob) {
  const auto size = static_cast<int>(blob.size());
  if (const auto code = sqlite3_bind_blob(statement_, next_place_++, blob.data(), size, SQLITE_STATIC);
      code != SQLITE_OK)
    note(code);
  return *this;
}

bool sqlite_query::step() {
  if (error_code_ != 0 || statement_ == nullptr) {
    note(SQLITE_MISUSE);
    return false;
  }
  const auto code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    note(code);
  return code == SQLITE_ROW;
}

bool sqlite_query::run() {
  while (step()) {
  }
  sqlite3_reset(statement_);
  next_place_ = 1;
  return error_code_ == 0;
}

bool sqlite_query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t sqlite_query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string sqlite_query::text(int column) const {
  const auto* data = sqlite3_column_text(statement_, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string{} : std::string{reinterpret_cast<const char*>(data), size};
}

digest sqlite_query::blob(int column) const {
  digest value{};
  const auto* data = sqlite3_column_blob(statement_, column);
  if (data != nullptr && static_cast<size_t>(sqlite3_column_bytes(statement_, column)) == value.size())
    std::memcpy(value.data(), data, value.size());
  return value;
}

caf::expected<std::unique_ptr<sqlite_connection>> sqlite_connection::open(const std::string& path, bool read_only,
                                                                          uint32_t lock_timeout_ms) {
  // SQLite gives a new file the mode 0644, and its log files that of the file.
  if (!read_only)
    if (const auto file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); file >= 0)
      ::close(file);
  sqlite3* handle = nullptr;
  const auto access = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const auto code =
      sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<sqlite_connection> connection{new sqlite_connection{path, handle}};
  if (code != SQLITE_OK)
    return connection->error(code, "open");
  sqlite3_busy_timeout(handle, static_cast<int>(lock_timeout_ms));
  // The log files stay after the last connection ends, so that a reader without permission to write can always open.
  auto keep = 1;
  sqlite3_file_control(handle, nullptr, SQLITE_FCNTL_PERSIST_WAL, &keep);
  return connection;
}

sqlite_connection::~sqlite_connection() {
  for (const auto& [sql, statement] : statements_)
    sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

sqlite_query sqlite_connection::query(const char* sql) {
  auto& statement = statements_[sql];
  if (statement == nullptr)
    sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return sqlite_query{statement};
}

caf::expected<void> sqlite_connection::execute(const std::string& sql) {
  const auto code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    return error(code, "execute");
  return caf::unit;
}

caf::expected<int64_t> sqlite_connection::number(const char* sql, int64_t otherwise) {
  auto answer = query(sql);
  const auto value = answer.step() ? answer.integer(0) : otherwise;
  if (answer.error_code() != 0)
    return error(answer.error_code(), "read");
  return value;
}

caf::error sqlite_connection::error(int code, std::string_view doing) const {
  // A statement that could not be prepared only says "misuse"; the connection knows why.
  const auto real = code == SQLITE_MISUSE && handle_ != nullptr ? sqlite3_extended_errcode(handle_) : code;
  std::string text = "sqlite:" + path_ + ": cannot ";
  text.append(doing).append(": ").append(sqlite3_errstr(real));
  if (is_damage(real))
    return make_error(ec::store_damaged, text);
  return make_error(ec::store_unavailable, text + " (" + std::to_string(real) + ")");
}

void sqlite_connection::roll_back() noexcept {
  if (sqlite3_get_autocommit(handle_) == 0)
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

int64_t sqlite_connection::changes() const {
  return sqlite3_changes64(handle_);
}

int64_t sqlite_connection::last_row() const {
  return sqlite3_last_insert_rowid(handle_);
}

} // namespace machiai
