#include "bench/workloads/presence.hpp"

#include "bench/kit/clock.hpp"
#include "bench/kit/process_usage.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace machiai::bench {

namespace {

constexpr size_t sign_ins_at_once = 128;
constexpr int64_t settle_ns = 500'000'000;
constexpr int64_t drain_ns = 10'000'000'000;
constexpr int64_t turn_ns = 10'000'000;

} // namespace

presence::presence(event_loop& loop, dialect& speaks, const sockaddr_in& server, const presence_wish& wish,
                   const watched_processes& processes)
    : loop_(loop), wish_(wish), processes_(processes), crowd_(loop, speaks, *this, server), clinics_(wish.clinics) {}

boost::json::object presence::run() {
  const auto resident_before = resident_bytes_of(processes_.server);
  const auto gather_from = now_ns();
  crowd_.gather(wish_.clinics, wish_.consoles_each, sign_ins_at_once);
  const auto gather_ns = now_ns() - gather_from;
  loop_.turn_for(settle_ns);
  const auto resident_gathered = resident_bytes_of(processes_.server);

  const auto begin = now_ns();
  next_due_ns_ = begin;
  measured_from_ns_ = begin + from_seconds(wish_.warm_up_s);
  measured_until_ns_ = measured_from_ns_ + from_seconds(wish_.seconds);
  drive(measured_from_ns_);
  const auto from = take_reading(processes_, crowd_, done_);
  drive(measured_until_ns_);
  const auto to = take_reading(processes_, crowd_, done_);
  drain();

  auto result = rates_between(from, to);
  result["latency_ms"] = latency_.in_ms();
  result["send_lateness_ms"] = lateness_.in_ms();
  result["lost"] = sent_ - done_;
  result["faults"] = crowd_.faults();
  result["coalesced"] = skipped_;
  result["sessions"] = crowd_.sessions();
  result["sign_ins_per_s"] = std::round(static_cast<double>(crowd_.sessions()) / static_cast<double>(gather_ns) * 1e9);
  result["resident_mib"] = resident_bytes_of(processes_.server) >> 20U;
  result["resident_bytes_per_session"] =
      (resident_gathered - resident_before) / static_cast<int64_t>(crowd_.sessions());
  return result;
}

void presence::drive(int64_t until_ns) {
  while (true) {
    const auto now = now_ns();
    if (now >= until_ns || (wish_.events_max > 0 && done_ >= wish_.events_max))
      return;
    send_due(now, until_ns);
    loop_.turn(wait_ns(until_ns));
    if (crowd_.faults() > 0)
      throw std::runtime_error("the run is spoilt");
  }
}

void presence::send_due(int64_t now, int64_t until_ns) {
  if (wish_.rate <= 0) {
    while (sent_ - done_ < wish_.window)
      send(now_ns());
    return;
  }
  std::exponential_distribution<double> gap_s(wish_.rate);
  while (next_due_ns_ <= now && next_due_ns_ < until_ns) {
    send(next_due_ns_);
    next_due_ns_ += from_seconds(gap_s(random_));
  }
}

void presence::send(int64_t due_ns) {
  auto& at = clinics_[next_clinic_];
  at.due_ns.push_back(due_ns);
  at.shown.push_back(0);
  ++sent_;
  crowd_.change(next_clinic_, at.due_ns.size());
  lateness_.record(now_ns() - due_ns);
  next_clinic_ = (next_clinic_ + 1) % wish_.clinics;
}

int64_t presence::wait_ns(int64_t until_ns) const {
  const auto next = wish_.rate > 0 ? std::min(next_due_ns_, until_ns) : until_ns;
  return next - now_ns();
}

void presence::on_news(const seat& who, uint64_t first, uint64_t last) {
  if (who.is_patient())
    return;
  auto& at = clinics_[who.clinic];
  if (last > at.due_ns.size())
    throw std::runtime_error("a console shows a change that nobody made");
  skipped_ += last - first;
  for (auto number = first; number <= last; ++number) {
    const auto due = at.due_ns[number - 1];
    if (due >= measured_from_ns_ && due < measured_until_ns_)
      latency_.record(loop_.time_ns() - due);
    if (++at.shown[number - 1] == wish_.consoles_each)
      ++done_;
  }
}

void presence::drain() {
  for (const auto until = now_ns() + drain_ns; done_ < sent_ && now_ns() < until;)
    loop_.turn(turn_ns);
}

} // namespace machiai::bench
