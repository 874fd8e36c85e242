#include "store/event_store.hpp"
#include "store/memory/memory_event_store.hpp"

namespace machiai {

caf::expected<std::unique_ptr<event_store>> open_store(const store_options& options) {
  if (options.url == "memory:")
    return std::unique_ptr<event_store>{std::make_unique<memory_event_store>()};
  return make_error(ec::bad_setting, "store.url: expected sqlite:PATH, postgresql://HOST/DATABASE or memory:");
}

} // namespace machiai
