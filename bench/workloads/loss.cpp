#include "bench/workloads/loss.hpp"

#include "bench/kit/clock.hpp"
#include "bench/kit/process_usage.hpp"

#include <algorithm>
#include <stdexcept>

namespace machiai::bench {

namespace {

constexpr size_t sign_ins_at_once = 128;
constexpr int64_t settle_ns = 500'000'000;
constexpr int64_t drain_ns = 10'000'000'000;
constexpr int64_t turn_ns = 10'000'000;

} // namespace

loss::loss(event_loop& loop, dialect& speaks, const sockaddr_in& server, const presence_wish& wish,
           const watched_processes& processes)
    : loop_(loop), wish_(wish), processes_(processes), crowd_(loop, speaks, *this, server), clinics_(wish.clinics) {}

boost::json::object loss::run() {
  crowd_.gather(wish_.clinics, wish_.consoles_each, sign_ins_at_once);
  for (uint32_t clinic = 0; clinic < wish_.clinics; ++clinic)
    crowd_.change(clinic, 1);
  loop_.turn_for(settle_ns);
  drive(now_ns() + from_seconds(wish_.warm_up_s));
  const auto from = take_reading(processes_, crowd_, shown_);
  measuring_ = true;
  drive(now_ns() + from_seconds(wish_.seconds));
  measuring_ = false;
  const auto to = take_reading(processes_, crowd_, shown_);
  for (const auto until = now_ns() + drain_ns; shown_ < cuts_ && now_ns() < until;)
    loop_.turn(turn_ns);
  auto result = rates_between(from, to);
  result["latency_ms"] = latency_.in_ms();
  result["lost"] = cuts_ - shown_;
  result["late_returns"] = not_yet_back_;
  result["faults"] = crowd_.faults();
  result["sessions"] = crowd_.sessions();
  result["resident_mib"] = resident_bytes_of(processes_.server) >> 20U;
  return result;
}

void loss::drive(int64_t until_ns) {
  const auto gap_ns = from_seconds(1 / wish_.rate);
  for (auto due_ns = now_ns(); now_ns() < until_ns;) {
    for (; due_ns <= now_ns() && due_ns < until_ns; due_ns += gap_ns)
      cut_next();
    loop_.turn(std::min(due_ns, until_ns) - now_ns());
    // Not from inside a call of the loop, which may still hold events of the old connections.
    for (const auto clinic : to_bring_back_)
      crowd_.bring_back(clinic);
    to_bring_back_.clear();
    if (crowd_.faults() > 0)
      throw std::runtime_error("the run is spoilt");
  }
}

void loss::cut_next() {
  auto& at = clinics_[next_clinic_];
  if (at.cut_at_ns != 0) {
    ++not_yet_back_;
  } else {
    crowd_.cut(next_clinic_);
    at = {now_ns(), 0};
    ++cuts_;
  }
  next_clinic_ = (next_clinic_ + 1) % wish_.clinics;
}

void loss::on_loss_shown(const seat& who) {
  if (who.is_patient())
    return;
  auto& at = clinics_[who.clinic];
  if (measuring_)
    latency_.record(loop_.time_ns() - at.cut_at_ns);
  if (++at.shown < wish_.consoles_each)
    return;
  ++shown_;
  to_bring_back_.push_back(who.clinic);
}

void loss::on_signed_in(const seat& who) {
  if (who.is_patient())
    clinics_[who.clinic].cut_at_ns = 0;
}

} // namespace machiai::bench
