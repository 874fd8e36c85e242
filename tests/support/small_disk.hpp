#pragma once

#include <cstddef>

namespace machiai::test {

/// Makes every write past `bytes` in any file of this process fail until it is lifted.
class limit_file_size {
public:
  explicit limit_file_size(size_t bytes);
  ~limit_file_size() { lift(); }
  limit_file_size(const limit_file_size&) = delete;
  limit_file_size& operator=(const limit_file_size&) = delete;

  void lift();
};

/// Only so many `bytes` of room are left for `pwrite64`, by which SQLite writes, in this process: then it gets ENOSPC,
/// as on a full disk, after a last part that still fitted. The test's own function stands in front of the C library's.
class small_disk {
public:
  explicit small_disk(size_t bytes);
  ~small_disk() { make_room(); }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  void make_room();
};

} // namespace machiai::test
