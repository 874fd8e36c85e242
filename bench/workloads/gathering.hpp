#pragma once

#include "bench/workloads/crowd.hpp"
#include "bench/workloads/measured.hpp"

#include <cstdint>

namespace machiai::bench {

struct gathering_wish {
  uint32_t clinics = 100;
  uint32_t consoles_each = 189;
  uint32_t at_once = 1000;
  /// Of silence after everybody is there.
  double seconds = 10;
};

/// Everybody comes at once and then says nothing: sign-ins per second, memory for each, what silence costs.
class gathering final : crowd_listener {
public:
  gathering(event_loop& loop, dialect& speaks, const sockaddr_in& server, const gathering_wish& wish,
            const watched_processes& processes);

  /// Throws `std::runtime_error`.
  boost::json::object run();

private:
  void on_news(const seat&, uint64_t, uint64_t) override {}

  event_loop& loop_;
  gathering_wish wish_;
  watched_processes processes_;
  crowd crowd_;
};

} // namespace machiai::bench
