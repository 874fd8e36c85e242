#pragma once

#include "store/memory/memory_event_store.hpp"
#include "tests/support/temporary_directory.hpp"

#include <memory>
#include <string>

/// Places where a store can live, one per test case: every `open` finds what the ones before it left.
namespace machiai::test {

using opened_store = caf::expected<std::unique_ptr<event_store>>;

struct memory_backend {
  opened_store open();
  /// As if there were no lock against a second writer.
  opened_store open_unlocked() { return open(); }
  std::shared_ptr<memory_log> log = std::make_shared<memory_log>();
};

struct sqlite_backend {
  opened_store open();
  opened_store open_to_read();
  /// Runs SQL in the file behind the store's back.
  void run(const std::string& sql) const;
  [[nodiscard]] std::string file() const { return (directory.path() / "store.db").string(); }
  temporary_directory directory;
};

/// A schema of its own in the test's PostgreSQL server.
struct postgres_backend {
  postgres_backend();
  opened_store open();
  opened_store open_unlocked();
  opened_store open_to_read();
  /// Runs SQL in the schema behind the store's back.
  void run(const std::string& sql) const;
  /// The same place, reached through a proxy.
  [[nodiscard]] std::string url_through(uint16_t port) const;
  std::string url;
  std::string schema;
};

/// Runs statements in the database itself; a failed test when they fail.
void run_sql(const std::string& url, const std::string& sql);

/// The store, or a failed test with the error's text.
std::unique_ptr<event_store> require_open(opened_store opened);

} // namespace machiai::test
