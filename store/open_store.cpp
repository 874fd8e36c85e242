#include "store/event_store.hpp"
#include "store/memory/memory_event_store.hpp"
#include "store/postgres/postgres_event_store.hpp"
#include "store/sqlite/sqlite_event_store.hpp"

namespace machiai {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

} // namespace

caf::expected<std::unique_ptr<event_store>> open_store(const store_options& options) {
  if (options.url == "memory:")
    return std::unique_ptr<event_store>{std::make_unique<memory_event_store>()};
  if (options.url.starts_with(sqlite_scheme) && options.url.size() > sqlite_scheme.size())
    return sqlite_event_store::open(options.url.substr(sqlite_scheme.size()), options.read_only);
  if (options.url.starts_with("postgresql://") || options.url.starts_with("postgres://"))
    return postgres_event_store::open(options);
  return make_error(ec::bad_setting, "store.url: expected sqlite:PATH, postgresql://HOST/DATABASE or memory:");
}

} // namespace machiai
