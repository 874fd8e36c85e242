#pragma once

#include <cstdint>

namespace machiai::test {

/// What SQLite asks of the system, SQLite's own allocations, and what libpq asks of its socket.
enum class called { open, write, read, truncate, map, allocate, send, receive };

/// Makes the `nth` call of one sort in this process from now on fail, and all after it too when `for_good`, until it
/// ends: as "out of descriptors", "no space left", "input/output error", "out of memory" or "connection reset".
/// `allocate` wants that SQLite has no connection open when it begins and ends.
class failing_call {
public:
  failing_call(called which, int64_t nth, bool for_good);
  ~failing_call();
  failing_call(const failing_call&) = delete;
  failing_call& operator=(const failing_call&) = delete;

  /// Nothing fails any more, though what failed is remembered.
  void heal();

  /// Whether it came to that.
  [[nodiscard]] static bool happened();
};

} // namespace machiai::test
