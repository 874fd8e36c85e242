#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <type_traits>

// GCC 12 takes Asio's own allocation of coroutine frames for a mismatch when it inlines only half of the pair. For all
// sources that hold scripts.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace machiai {

/// Thrown through a script that waits when the simulation is called off.
struct called_off : std::runtime_error {
  called_off() : std::runtime_error("the simulation was called off") {}
};

/// The one loop on which everything plays, and the clock of its scripts.
class stage {
public:
  using duration = std::chrono::milliseconds;

  boost::asio::io_context& loop() noexcept { return loop_; }

  /// Milliseconds and microseconds on the monotonic clock.
  int64_t now_ms() const;
  int64_t now_us() const;

  /// Waits; throws `called_off` when the play is over.
  boost::asio::awaitable<void> sleep(duration time);

  /// Ends all waits: scripts that wait now or later throw.
  void call_off();
  bool is_called_off() const noexcept { return called_off_; }

private:
  friend class wakeup;
  /// Waits on `timer`, which `call_off` cancels too.
  boost::asio::awaitable<void> wait(boost::asio::steady_timer& timer);

  boost::asio::io_context loop_;
  std::set<boost::asio::steady_timer*> waiting_;
  bool called_off_ = false;
};

/// GCC 12 miscompiles some expressions with `co_await`: closures and other temporaries are destroyed twice, conditions
/// and loops over braces lose their place. So scripts give a name to what they await and to what they hand over, and
/// closures must need no destructor.
template <class F>
concept safe_closure = std::predicate<F&> && std::is_trivially_destructible_v<F>;

/// Lets scripts wait for something to become true. Must outlive them.
class wakeup {
public:
  explicit wakeup(stage& on) : stage_(on) {}
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;

  /// Asks everybody who waits to look again.
  void notify();

  /// True as soon as `holds` does, looking now and at every `notify`; false when `patience` is over.
  template <safe_closure F>
  boost::asio::awaitable<bool> until(F holds, stage::duration patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() >= deadline)
        co_return false;
      co_await next(deadline);
    }
    co_return true;
  }

private:
  /// Until the next `notify`, at most until the deadline.
  boost::asio::awaitable<void> next(std::chrono::steady_clock::time_point deadline);

  stage& stage_;
  std::set<boost::asio::steady_timer*> waiting_;
};

} // namespace machiai
