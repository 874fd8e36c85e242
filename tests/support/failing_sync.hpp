#pragma once

#include <cstdint>

namespace machiai::test {

/// Makes the `nth` `fdatasync` of this process from now on fail with EIO, as a dying disk does: the data may or may not
/// be there. The test's own `fdatasync` stands in front of the C library's for this.
class failing_sync {
public:
  explicit failing_sync(int64_t nth);
  ~failing_sync();
  failing_sync(const failing_sync&) = delete;
  failing_sync& operator=(const failing_sync&) = delete;

  /// Whether it came to that.
  [[nodiscard]] static bool happened();
};

} // namespace machiai::test
