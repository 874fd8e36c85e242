#include "commands/thread_reserve.hpp"

#include <latch>
#include <system_error>
#include <thread>
#include <vector>

namespace machiai {

bool can_start_threads(std::size_t count) {
  std::latch over{1};
  std::vector<std::jthread> threads;
  threads.reserve(count);
  auto all = true;
  try {
    while (threads.size() < count)
      threads.emplace_back([&over] { over.wait(); });
  } catch (const std::system_error&) {
    all = false;
  }
  over.count_down();
  return all;
}

} // namespace machiai
