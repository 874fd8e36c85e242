#include "tests/support/store_backends.hpp"

#include <doctest/doctest.h>

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

std::unique_ptr<event_store> require_open(opened_store opened) {
  if (!opened)
    FAIL(message_of(opened.error()));
  return std::move(*opened);
}

} // namespace machiai::test
