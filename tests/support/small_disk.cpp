#include "tests/support/small_disk.hpp"

#include <csignal>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>

namespace machiai::test {

namespace {

void set_limit(rlim_t bytes) {
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace

limit_file_size::limit_file_size(size_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  set_limit(bytes);
}

void limit_file_size::lift() {
  set_limit(RLIM_INFINITY);
}

small_disk::small_disk(std::filesystem::path directory, size_t bytes) : directory_(std::move(directory)) {
  const auto size = "size=" + std::to_string(bytes);
  if (mount("tmpfs", directory_.c_str(), "tmpfs", 0, size.c_str()) != 0)
    throw std::runtime_error("cannot mount a small file system on " + directory_.string());
}

small_disk::~small_disk() {
  umount2(directory_.c_str(), MNT_DETACH);
}

} // namespace machiai::test
