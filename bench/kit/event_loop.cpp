#include "bench/kit/event_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace machiai::bench {

namespace {

// A board of 2,000 rooms comes as one message of more than a megabyte.
constexpr size_t read_bytes = size_t{8} << 20U;
constexpr int ready_max = 512;

void control(int epoll, int what, int descriptor, ready_handler& handler, uint32_t events) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.ptr = &handler;
  if (::epoll_ctl(epoll, what, descriptor, &wanted) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

} // namespace

event_loop::event_loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), time_ns_(now_ns()), read_buffer_(read_bytes) {
  if (epoll_ < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

event_loop::~event_loop() {
  ::close(epoll_);
}

void event_loop::add(int descriptor, ready_handler& handler, uint32_t events) {
  control(epoll_, EPOLL_CTL_ADD, descriptor, handler, events);
}

void event_loop::change(int descriptor, ready_handler& handler, uint32_t events) {
  control(epoll_, EPOLL_CTL_MOD, descriptor, handler, events);
}

void event_loop::remove(int descriptor) noexcept {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

void event_loop::turn(int64_t wait_ns) {
  std::array<epoll_event, ready_max> ready{};
  const auto wait = std::max<int64_t>(wait_ns, 0);
  const timespec timeout{wait / 1'000'000'000, wait % 1'000'000'000};
  const auto count = ::epoll_pwait2(epoll_, ready.data(), ready_max, &timeout, nullptr);
  note_time();
  for (int i = 0; i < count; ++i)
    static_cast<ready_handler*>(ready[static_cast<size_t>(i)].data.ptr)->on_ready(ready[static_cast<size_t>(i)].events);
}

void event_loop::turn_for(int64_t length_ns) {
  for (const auto until = now_ns() + length_ns; now_ns() < until;)
    turn(until - now_ns());
}

} // namespace machiai::bench
