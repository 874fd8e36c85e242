#include "config/fail_point.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace machiai {

namespace {

/// MACHIAI_FAIL_POINT=NAME[:NTH[:throw]]: the NTH passing of NAME (from 1 on) kills the process as `kill -9` does, or
/// every NTH throws.
struct armed_point {
  std::string name;
  uint64_t nth = 1;
  bool throws = false;

  static armed_point from_environment() {
    const auto* given = std::getenv("MACHIAI_FAIL_POINT");
    const std::string text = given == nullptr ? "" : given;
    const auto colon = text.find(':');
    armed_point result{text.substr(0, colon)};
    if (colon == std::string::npos)
      return result;
    const auto* end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data() + colon + 1, end, result.nth);
    result.throws = std::string_view{rest, end} == ":throw";
    if (problem != std::errc{} || result.nth == 0 || (rest != end && !result.throws))
      std::abort();
    return result;
  }
};

} // namespace

void fail_point(std::string_view name) {
  static const auto armed = armed_point::from_environment();
  static std::atomic<uint64_t> passed = 0;
  if (name != armed.name)
    return;
  const auto count = ++passed;
  if (armed.throws && count % armed.nth == 0)
    throw std::runtime_error("fail point " + armed.name);
  if (!armed.throws && count == armed.nth)
    ::kill(::getpid(), SIGKILL);
}

} // namespace machiai
