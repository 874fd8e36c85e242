#pragma once

#include "bench/workloads/crowd.hpp"
#include "bench/workloads/measured.hpp"
#include "bench/workloads/presence.hpp"

#include <cstdint>
#include <vector>

namespace machiai::bench {

/// Patients who are in lose their connections and come back, each clinic's consoles watch: the latency is from the cut
/// to its frame at each console. `presence_wish::window` is not used.
class loss final : crowd_listener {
public:
  loss(event_loop& loop, dialect& speaks, const sockaddr_in& server, const presence_wish& wish,
       const watched_processes& processes);

  /// Connects everybody, drives the load. Throws `std::runtime_error`.
  boost::json::object run();

private:
  struct cut_clinic {
    /// 0: the patient is in and may be cut.
    int64_t cut_at_ns = 0;
    uint32_t shown = 0;
  };

  void on_news(const seat&, uint64_t, uint64_t) override {}
  void on_loss_shown(const seat& who) override;
  void on_signed_in(const seat& who) override;
  void drive(int64_t until_ns);
  void cut_next();

  event_loop& loop_;
  presence_wish wish_;
  watched_processes processes_;
  crowd crowd_;
  std::vector<cut_clinic> clinics_;
  std::vector<uint32_t> to_bring_back_;
  uint32_t next_clinic_ = 0;
  uint64_t cuts_ = 0;
  uint64_t shown_ = 0;
  uint64_t not_yet_back_ = 0;
  bool measuring_ = false;
  histogram latency_;
};

} // namespace machiai::bench
