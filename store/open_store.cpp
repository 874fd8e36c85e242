#include "store/event_store.hpp"
#include "store/memory/memory_event_store.hpp"
#include "store/postgres/postgres_event_store.hpp"
#include "store/sqlite/sqlite_event_store.hpp"

namespace machiai {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr size_t index_rows_at_open = 100'000;

caf::expected<std::unique_ptr<event_store>> open_backend(const store_options& options) {
  if (options.url == "memory:")
    return std::unique_ptr<event_store>{std::make_unique<memory_event_store>()};
  if (options.url.starts_with(sqlite_scheme) && options.url.size() > sqlite_scheme.size())
    return sqlite_event_store::open(options.url.substr(sqlite_scheme.size()), options);
  if (options.url.starts_with("postgresql://") || options.url.starts_with("postgres://"))
    return postgres_event_store::open(options);
  return make_error(ec::bad_setting, "store.url: expected sqlite:PATH, postgresql://HOST/DATABASE or memory:");
}

} // namespace

store_options store_options_of(const store_settings& given, bool read_only) {
  store_options options;
  options.url = given.url;
  options.read_only = read_only;
  options.connect_timeout_ms = given.connect_timeout_ms;
  options.lock_timeout_ms = given.lock_timeout_ms;
  options.statement_timeout_ms = given.statement_timeout_ms;
  options.writer_lock_wait_ms = given.writer_lock_wait_ms;
  return options;
}

caf::expected<std::unique_ptr<event_store>> open_store(const store_options& options) {
  auto store = open_backend(options);
  // Whoever wrote before may have ended behind its log: with a full index a takeover has no tail to walk along.
  while (store && !options.read_only) {
    const auto done = (*store)->index_step(index_rows_at_open);
    if (!done)
      return done.error();
    if (*done == 0)
      break;
  }
  return store;
}

} // namespace machiai
