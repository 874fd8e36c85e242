#pragma once

#include <cstddef>
#include <filesystem>

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

/// A file system in memory of `bytes` over an empty directory; needs root. Unmounted at the end.
class small_disk {
public:
  small_disk(std::filesystem::path directory, size_t bytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

private:
  std::filesystem::path directory_;
};

} // namespace machiai::test
