#include "commands/simulate/simulation.hpp"

#include "commands/client/client_tls.hpp"
#include "commands/exit_code.hpp"
#include "commands/simulate/clinic_play.hpp"
#include "commands/simulate/visit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <iostream>
#include <random>
#include <vector>

namespace machiai {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How long what has begun may take after the last beginning.
constexpr auto finish_patience = 90s;
constexpr size_t http_connections = 8;

class simulation {
public:
  explicit simulation(const simulation_options& options);
  int run();

private:
  asio::awaitable<void> play_all();
  asio::awaitable<bool> set_up();
  asio::awaitable<void> begin_visits();
  asio::awaitable<void> play_visit(clinic_play& at, uint64_t number, uint64_t seed);
  asio::awaitable<void> watch_lag();
  void spawn(asio::awaitable<void> what);
  void print_beginning() const;
  clinic_play_options clinic_options(uint32_t index);

  simulation_options options_;
  report findings_;
  clock_skew skew_;
  stage stage_;
  asio::ssl::context tls_;
  play play_;
  http_client http_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<clinic_play>> clinics_;
  std::vector<uint32_t> running_;
  wakeup visit_over_;
  size_t scripts_ = 0;
  int64_t began_ms_ = 0;
  int64_t took_ms_ = 0;
  bool over_ = false;
};

simulation::simulation(const simulation_options& options)
    : options_(options), tls_(make_client_tls()), play_{stage_, findings_, skew_, &tls_, options.server, {}},
      http_(stage_.loop(), &tls_, options.server, http_connections), random_(options.seed), visit_over_(stage_) {}

clinic_play_options simulation::clinic_options(uint32_t index) {
  clinic_play_options x;
  x.is_own = options_.into.empty();
  x.clinic = x.is_own ? "sim-" + options_.run + '-' + std::to_string(index) : options_.into;
  x.name = x.is_own ? "シミュレーション" + std::to_string(index + 1) : "";
  x.operator_token = options_.operator_token;
  x.prefix = "s" + options_.run + '-';
  x.doctors = std::max<size_t>(2, options_.rooms / 2);
  x.seed = random_();
  return x;
}

void simulation::spawn(asio::awaitable<void> what) {
  ++scripts_;
  asio::co_spawn(stage_.loop(), std::move(what), [this](const std::exception_ptr& thrown) {
    --scripts_;
    try {
      if (thrown)
        std::rethrow_exception(thrown);
    } catch (const called_off&) {
      findings_.count("scripts called off");
    } catch (const std::exception& problem) {
      findings_.differ("", "", 0, std::string("the simulation itself failed: ") + problem.what());
    }
    visit_over_.notify();
  });
}

int simulation::run() {
  asio::signal_set signals{stage_.loop(), SIGINT, SIGTERM};
  auto interrupted = false;
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    interrupted = !failed;
    if (!failed)
      stage_.call_off();
  });
  asio::steady_timer deadline{stage_.loop()};
  const std::chrono::milliseconds play_time{static_cast<int64_t>(options_.minutes * 60'000)};
  deadline.expires_after(play_time + finish_patience);
  deadline.async_wait([this](const boost::system::error_code& failed) {
    if (failed)
      return;
    findings_.differ("", "", 0, "the days did not end in time; " + std::to_string(scripts_) + " scripts were left");
    stage_.call_off();
  });
  spawn(watch_lag());
  spawn(play_all());
  while (scripts_ > 0 && stage_.loop().run_one() > 0) {
  }
  clinics_.clear();
  if (!play_.unreachable.empty())
    return fail(exit_code::network, http_url_of(options_.server) + ": " + play_.unreachable);
  if (!play_.refused.empty())
    return fail(exit_code::usage, play_.refused);
  findings_.print(std::cout, took_ms_ > 0 ? took_ms_ : stage_.now_ms() - began_ms_);
  std::cout << "seed " << options_.seed << (interrupted ? ", interrupted" : "") << std::endl;
  return static_cast<int>(findings_.differences() > 0 ? exit_code::check_failed : exit_code::ok);
}

asio::awaitable<void> simulation::play_all() {
  began_ms_ = stage_.now_ms();
  const auto ready = co_await set_up();
  if (ready) {
    print_beginning();
    began_ms_ = stage_.now_ms();
    co_await begin_visits();
    // This script and the one that watches the lag stay.
    const auto visits_over = [this] { return scripts_ <= 2; };
    co_await visit_over_.until(visits_over, finish_patience);
    took_ms_ = stage_.now_ms() - began_ms_;
    for (auto& clinic : clinics_)
      co_await clinic->tear_down();
  }
  over_ = true;
}

asio::awaitable<bool> simulation::set_up() {
  const auto count = options_.into.empty() ? options_.clinics : 1;
  for (uint32_t i = 0; i < count; ++i) {
    clinics_.push_back(std::make_unique<clinic_play>(play_, http_, clinic_options(i)));
    running_.push_back(0);
    const auto ready = co_await clinics_.back()->set_up();
    if (!ready)
      co_return false;
  }
  co_return true;
}

void simulation::print_beginning() const {
  const auto& first = *clinics_.front();
  std::cout << "run " << options_.run << ", seed " << options_.seed << ": " << clinics_.size() << " clinics, "
            << options_.rooms << " visits at a time in each, " << options_.rate << " visits begun a second for "
            << options_.minutes << " minutes\n";
  if (options_.into.empty())
    std::cout << "see the first clinic: machiai watch --url " << http_url_of(options_.server) << " --token "
              << first.token(role::staff, "watcher", "") << '\n';
  std::cout << std::flush;
}

asio::awaitable<void> simulation::begin_visits() {
  const auto last_ms = began_ms_ + static_cast<int64_t>(options_.minutes * 60'000);
  std::exponential_distribution<double> gap_s{options_.rate};
  uint64_t number = 0;
  while (stage_.now_ms() < last_ms) {
    const auto wait_ms = static_cast<int64_t>(gap_s(random_) * 1000);
    co_await stage_.sleep(stage::duration{std::min(wait_ms, last_ms - stage_.now_ms())});
    const auto free = [this] {
      return std::any_of(running_.begin(), running_.end(), [this](uint32_t x) { return x < options_.rooms; });
    };
    const stage::duration left{std::max<int64_t>(last_ms - stage_.now_ms(), 0)};
    const auto has_place = co_await visit_over_.until(free, left);
    if (!has_place)
      co_return;
    const auto first = random_() % clinics_.size();
    for (size_t i = 0; i < clinics_.size(); ++i) {
      const auto index = (first + i) % clinics_.size();
      if (running_[index] >= options_.rooms)
        continue;
      ++running_[index];
      spawn(play_visit(*clinics_[index], number++, random_()));
      break;
    }
  }
}

asio::awaitable<void> simulation::play_visit(clinic_play& at, uint64_t number, uint64_t seed) {
  const auto index = static_cast<size_t>(
      std::find_if(clinics_.begin(), clinics_.end(), [&at](const auto& x) { return x.get() == &at; }) -
      clinics_.begin());
  {
    visit played{at, number, seed};
    co_await played.play_out();
  }
  findings_.count("visits");
  --running_[index];
}

asio::awaitable<void> simulation::watch_lag() {
  constexpr auto step = 50ms;
  while (!over_) {
    const auto before = stage_.now_ms();
    co_await stage_.sleep(step);
    findings_.note_lag(stage_.now_ms() - before - step.count());
  }
}

} // namespace

int simulate(const simulation_options& options) {
  simulation days{options};
  return days.run();
}

} // namespace machiai
