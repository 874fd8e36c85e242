#include "commands/simulate/stage.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace machiai {

namespace asio = boost::asio;

namespace {

std::chrono::nanoseconds since_start() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

/// Keeps a timer in a set while a script waits on it, whatever ends the wait.
class entry {
public:
  entry(std::set<asio::steady_timer*>& set, asio::steady_timer& timer) : set_(set), timer_(timer) {
    set_.insert(&timer_);
  }
  ~entry() { set_.erase(&timer_); }
  entry(const entry&) = delete;
  entry& operator=(const entry&) = delete;

private:
  std::set<asio::steady_timer*>& set_;
  asio::steady_timer& timer_;
};

} // namespace

int64_t stage::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start()).count();
}

int64_t stage::now_us() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(since_start()).count();
}

asio::awaitable<void> stage::wait(asio::steady_timer& timer) {
  if (called_off_)
    throw called_off{};
  const entry kept{waiting_, timer};
  boost::system::error_code cancelled;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (called_off_)
    throw called_off{};
}

asio::awaitable<void> stage::sleep(duration time) {
  asio::steady_timer timer{loop_, time};
  co_await wait(timer);
}

void stage::call_off() {
  called_off_ = true;
  for (auto* timer : waiting_)
    timer->cancel();
}

void wakeup::notify() {
  for (auto* timer : waiting_)
    timer->cancel();
}

asio::awaitable<void> wakeup::next(std::chrono::steady_clock::time_point deadline) {
  asio::steady_timer timer{stage_.loop_, deadline};
  const entry kept{waiting_, timer};
  co_await stage_.wait(timer);
}

} // namespace machiai
