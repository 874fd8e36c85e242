#pragma once

#include "bench/workloads/crowd.hpp"
#include "bench/workloads/measured.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace machiai::bench {

struct presence_wish {
  uint32_t clinics = 2000;
  uint32_t consoles_each = 2;
  /// Changes per second, at random times (exponential gaps, always the same ones); 0 means as many as go, `window` of
  /// them under way.
  double rate = 2000;
  uint32_t window = 512;
  /// Not measured, then measured.
  double warm_up_s = 2;
  double seconds = 10;
  /// So many changes end it too; 0: as many as the time brings.
  uint64_t events_max = 0;
};

/// Patients enter and leave, each clinic's consoles watch: many small clinics or one with many watchers. A change's
/// latency is from the time it was due to its frame at each console, so a generator that is late shows too.
class presence final : crowd_listener {
public:
  presence(event_loop& loop, dialect& speaks, const sockaddr_in& server, const presence_wish& wish,
           const watched_processes& processes);

  /// Connects everybody, drives the load, waits for what is under way. Throws `std::runtime_error`.
  boost::json::object run();

private:
  struct clinic {
    /// When change k was due is at k - 1, and so is how many consoles have shown it.
    std::vector<int64_t> due_ns;
    std::vector<uint32_t> shown;
  };

  void on_news(const seat& who, uint64_t first, uint64_t last) override;
  void drive(int64_t until_ns);
  void send_due(int64_t now, int64_t until_ns);
  void send(int64_t due_ns);
  void drain();
  int64_t wait_ns(int64_t until_ns) const;

  event_loop& loop_;
  presence_wish wish_;
  watched_processes processes_;
  crowd crowd_;
  std::vector<clinic> clinics_;
  std::mt19937_64 random_{20260410};
  uint32_t next_clinic_ = 0;
  int64_t next_due_ns_ = 0;
  uint64_t sent_ = 0;
  uint64_t done_ = 0;
  uint64_t skipped_ = 0;
  /// Changes due in this span are the measured ones.
  int64_t measured_from_ns_ = INT64_MAX;
  int64_t measured_until_ns_ = INT64_MAX;
  histogram latency_;
  histogram lateness_;
};

} // namespace machiai::bench
