#pragma once

#include "bench/kit/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace machiai::bench {

/// Told when its descriptor is ready.
class ready_handler {
public:
  /// `events` as epoll names them.
  virtual void on_ready(uint32_t events) = 0;

protected:
  ~ready_handler() = default;
};

/// One thread's wait for many descriptors (epoll, level-triggered), and the buffers that all of them share.
class event_loop {
public:
  /// Throws `std::system_error` without descriptors.
  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// `handler` must stay until `remove`; inside `on_ready` no other handler may be destroyed.
  void add(int descriptor, ready_handler& handler, uint32_t events);
  void change(int descriptor, ready_handler& handler, uint32_t events);
  void remove(int descriptor) noexcept;

  /// Waits at most so many nanoseconds (negative: not at all) and calls who is ready.
  void turn(int64_t wait_ns);

  /// Turns for so long, whatever comes.
  void turn_for(int64_t length_ns);

  /// When the last wait or read ended (kit/clock.hpp): the arrival time of what is being handled.
  int64_t time_ns() const noexcept { return time_ns_; }
  void note_time() noexcept { time_ns_ = now_ns(); }

  /// For reading: valid until the handler returns.
  std::vector<char>& read_buffer() noexcept { return read_buffer_; }
  /// For what is about to be written: valid until the next call of anything.
  std::string& write_buffer() noexcept { return write_buffer_; }

private:
  int epoll_ = -1;
  int64_t time_ns_ = 0;
  std::vector<char> read_buffer_;
  std::string write_buffer_;
};

} // namespace machiai::bench
