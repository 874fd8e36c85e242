#include "bench/workloads/restart.hpp"

#include "bench/kit/clock.hpp"

#include <cmath>
#include <csignal>
#include <stdexcept>
#include <string>

namespace machiai::bench {

namespace {

constexpr int64_t turn_ns = 5'000'000;
constexpr int64_t patience_ns = 120'000'000'000;
constexpr uint64_t first_entrance = 1;
constexpr uint64_t second_entrance = 3;

double seconds_since(int64_t begin_ns) {
  return std::round(static_cast<double>(now_ns() - begin_ns) / 1e6) / 1000;
}

} // namespace

restart::restart(event_loop& loop, dialect& speaks, const sockaddr_in& server, const gathering_wish& wish,
                 const watched_processes& processes)
    : loop_(loop), dialect_(speaks), wish_(wish), processes_(processes), crowd_(loop, speaks, *this, server),
      right_(size_t{wish.clinics} * wish.consoles_each) {}

boost::json::object restart::run() {
  crowd_.gather(wish_.clinics, wish_.consoles_each, wish_.at_once);
  for (uint32_t clinic = 0; clinic < wish_.clinics; ++clinic)
    crowd_.change(clinic, first_entrance);
  wait_for(right_count_, right_.size(), "before the restart");
  crowd_.expect_losses();
  killed_ = true;
  right_.assign(right_.size(), false);
  right_count_ = 0;
  const auto killed_at = now_ns();
  ::kill(processes_.server, SIGKILL);
  wait_for(back_, crowd_.sessions(), "signed in again");
  const auto back_s = seconds_since(killed_at);
  wait_for(right_count_, right_.size(), "right again");
  return {{"lost", 0},
          {"faults", crowd_.faults()},
          {"sessions", crowd_.sessions()},
          {"present", wish_.clinics},
          {"all_back_s", back_s},
          {"all_right_s", seconds_since(killed_at)}};
}

void restart::wait_for(const size_t& count, size_t wanted, const char* what) {
  const auto until = now_ns() + patience_ns;
  while (count < wanted) {
    if (now_ns() > until)
      throw std::runtime_error(std::string("only ") + std::to_string(count) + " of " + std::to_string(wanted) + ' ' +
                               what);
    crowd_.come_back(wish_.at_once);
    loop_.turn(turn_ns);
  }
}

void restart::on_signed_in(const seat& who) {
  if (!killed_)
    return;
  ++back_;
  if (who.is_patient())
    crowd_.change(who.clinic, second_entrance);
}

void restart::on_message(const seat& who, std::string_view message) {
  const auto shown = who.is_patient() ? std::nullopt : dialect_.shows_present(message);
  if (!shown)
    return;
  std::vector<bool>::reference is_right = right_[size_t{who.clinic} * wish_.consoles_each + who.place - 1];
  if (is_right && !*shown)
    --right_count_;
  else if (!is_right && *shown)
    ++right_count_;
  is_right = *shown;
}

} // namespace machiai::bench
