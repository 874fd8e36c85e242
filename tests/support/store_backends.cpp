#include "tests/support/store_backends.hpp"

#include "tests/support/postgres_server.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>
#include <sqlite3.h>

namespace machiai::test {

opened_store memory_backend::open() {
  return std::unique_ptr<event_store>{std::make_unique<memory_event_store>(log)};
}

opened_store sqlite_backend::open() {
  return open_store({.url = "sqlite:" + file()});
}

opened_store sqlite_backend::open_to_read() {
  return open_store({.url = "sqlite:" + file(), .read_only = true});
}

void sqlite_backend::run(const std::string& sql) const {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file().c_str(), &handle) == SQLITE_OK);
  const auto code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string problem = sqlite3_errmsg(handle);
  sqlite3_close(handle);
  REQUIRE_MESSAGE(code == SQLITE_OK, problem);
}

void run_sql(const std::string& url, const std::string& sql) {
  auto* connection = PQconnectdb(url.c_str());
  auto* result = PQexec(connection, sql.c_str());
  const auto status = PQresultStatus(result);
  const std::string problem = PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  REQUIRE_MESSAGE((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK), problem);
}

postgres_backend::postgres_backend() {
  static auto count = 0;
  schema = "test_" + std::to_string(++count);
  const auto& server = postgres_server::shared();
  run_sql(server.url(), "CREATE SCHEMA " + schema);
  url = server.url("options=-csearch_path%3D" + schema);
}

opened_store postgres_backend::open() {
  return open_store({.url = url, .writer_lock_wait_ms = 200});
}

opened_store postgres_backend::open_unlocked() {
  return open_store({.url = url, .writer_lock = false});
}

opened_store postgres_backend::open_to_read() {
  return open_store({.url = url, .read_only = true});
}

void postgres_backend::run(const std::string& sql) const {
  run_sql(url, sql);
}

std::string postgres_backend::url_through(uint16_t port) const {
  return postgres_server::shared().url("options=-csearch_path%3D" + schema, port);
}

std::unique_ptr<event_store> require_open(opened_store opened) {
  if (!opened)
    FAIL(message_of(opened.error()));
  return std::move(*opened);
}

} // namespace machiai::test
