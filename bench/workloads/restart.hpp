#pragma once

#include "bench/workloads/crowd.hpp"
#include "bench/workloads/gathering.hpp"

#include <cstdint>
#include <vector>

namespace machiai::bench {

/// Every clinic's patient is in when the server is killed; somebody else starts it again at the same address. Everybody
/// comes back at once, and the patients come in again. How long until all are signed in and every console shows its
/// patient as present.
class restart final : crowd_listener {
public:
  restart(event_loop& loop, dialect& speaks, const sockaddr_in& server, const gathering_wish& wish,
          const watched_processes& processes);

  /// Throws `std::runtime_error`.
  boost::json::object run();

private:
  void on_news(const seat&, uint64_t, uint64_t) override {}
  void on_signed_in(const seat& who) override;
  void on_message(const seat& who, std::string_view message) override;
  /// Turns the loop until `count` reaches `wanted`.
  void wait_for(const size_t& count, size_t wanted, const char* what);

  event_loop& loop_;
  dialect& dialect_;
  gathering_wish wish_;
  watched_processes processes_;
  crowd crowd_;
  /// For each console, by clinic and place.
  std::vector<bool> right_;
  size_t right_count_ = 0;
  size_t back_ = 0;
  bool killed_ = false;
};

} // namespace machiai::bench
