#include "commands/command.hpp"
#include "commands/engine.hpp"
#include "config/listen_address.hpp"
#include "config/load_settings.hpp"
#include "config/log.hpp"
#include "config/validate_settings.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace machiai {

namespace {

struct serve_options {
  std::string config;
  std::string listen;
  std::string admin;
  std::string store;
};

/// The signals that end or change the engine. Blocked before any thread starts, so that only the main thread takes
/// them.
sigset_t block_signals() {
  sigset_t handled;
  sigemptyset(&handled);
  for (const auto signal : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&handled, signal);
  pthread_sigmask(SIG_BLOCK, &handled, nullptr);
  // What these would end the process for comes back as an error too.
  for (const auto signal : {SIGPIPE, SIGXFSZ})
    std::signal(signal, SIG_IGN);
  return handled;
}

/// As many descriptors as the hard limit allows: the soft one is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

/// The default of `connections_max` gives way to a low descriptor limit (fit_connections); nobody would know why
/// clients are turned away.
void warn_of_few_descriptors(uint32_t connections_max) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && connections_max < settings{}.connection.connections_max &&
      connections_max + uint64_t{descriptors_reserved} >= limit.rlim_max)
    log_warn("engine.few_descriptors",
             {{"connections_max", connections_max}, {"descriptors_max", static_cast<uint64_t>(limit.rlim_max)}});
}

exit_code exit_code_of(const caf::error& why) {
  switch (code_of(why)) {
  case ec::bad_setting:
    return exit_code::settings;
  case ec::system_failure:
    return exit_code::network;
  case ec::store_unavailable:
  case ec::store_damaged:
  case ec::store_version:
  case ec::stale_epoch:
    return exit_code::store;
  default:
    return exit_code::internal;
  }
}

/// Watches over the planned end: takes the signals that come during it, and ends the process when the end does not come
/// though nobody wants to wait any more. That is safe at any moment: a start after it meets what a crash leaves.
class planned_end_watch {
public:
  planned_end_watch(const sigset_t& handled, milliseconds hard_limit)
      : handled_(handled), until_(std::chrono::steady_clock::now() + hard_limit + last_words),
        watcher_([this](const std::stop_token& over) { watch(over); }) {}

  bool hurried() const { return hurried_; }

  /// All is stored and told. What is left are threads that only read, of which one may wait for a database that does
  /// not answer, and CAF, which waits for ever for a detached actor that another one, stopped in passing, still names.
  void nothing_left_to_do() { done_ = true; }

private:
  /// What the clean mark and the clinics' snapshots may take after the limit, or after the second signal.
  static constexpr milliseconds last_words{2500};
  /// What threads may take to end that have nothing left to do.
  static constexpr milliseconds threads_end{1000};

  void watch(const std::stop_token& over) {
    constexpr timespec poll{0, 20'000'000};
    auto was_done = false;
    while (!over.stop_requested()) {
      const auto signal = sigtimedwait(&handled_, nullptr, &poll);
      if ((signal == SIGTERM || signal == SIGINT) && !hurried_.exchange(true))
        until_ = std::min(until_, std::chrono::steady_clock::now() + last_words);
      if (done_ && !std::exchange(was_done, true))
        until_ = std::chrono::steady_clock::now() + threads_end;
      if (std::chrono::steady_clock::now() < until_ || over.stop_requested())
        continue;
      if (was_done)
        std::_Exit(static_cast<int>(exit_code::ok));
      log_warn("engine.ended", {{"in_time", false}});
      std::_Exit(static_cast<int>(exit_code::check_failed));
    }
  }

  sigset_t handled_;
  std::chrono::steady_clock::time_point until_;
  std::atomic<bool> hurried_{false};
  std::atomic<bool> done_{false};
  std::jthread watcher_;
};

int run_until_told(std::unique_ptr<engine> running, const sigset_t& handled, milliseconds hard_limit, bool with_tls) {
  int signal = 0;
  while (sigwait(&handled, &signal) == 0 && signal == SIGHUP) {
    if (!with_tls)
      log_info("engine.nothing_to_reload");
    else if (auto problem = running->reload_certificate())
      log_error("engine.certificate_not_reloaded", problem);
    else
      log_info("engine.certificate_reloaded");
  }
  log_info("engine.draining");
  planned_end_watch watch(handled, hard_limit);
  const auto in_time = running->drain([&watch] { return watch.hurried(); });
  log_info("engine.ended", {{"in_time", in_time}});
  if (!in_time)
    std::_Exit(static_cast<int>(exit_code::check_failed));
  watch.nothing_left_to_do();
  running.reset();
  return static_cast<int>(exit_code::ok);
}

int serve(const serve_options& given) {
  const auto handled = block_signals();
  raise_descriptor_limit();
  auto config = load_settings(given.config);
  if (!config)
    return fail(exit_code::settings, config.error());
  if (!given.listen.empty())
    config->listen.address = given.listen;
  if (!given.admin.empty())
    config->listen.admin_address = given.admin;
  if (!given.store.empty())
    config->store.url = given.store;
  if (auto problem = validate_settings(*config))
    return fail(exit_code::settings, problem);
  set_up_log(config->log);
  warn_of_few_descriptors(config->connection.connections_max);
  const milliseconds hard_limit{config->drain.hard_limit_ms};
  const bool with_tls = !config->listen.tls_certificate.empty();
  auto running = engine::start(std::move(*config));
  if (!running)
    return fail(exit_code_of(running.error()), running.error());
  std::cout << (*running)->ready_line() << std::endl;
  return run_until_told(std::move(*running), handled, hard_limit, with_tls);
}

/// What is wrong with the address of an option, for CLI11, which names the option.
std::string address_problem(const std::string& text) {
  return parse_listen_address(text) ? "" : '"' + text + "\" is not IP:PORT, [IPv6]:PORT or localhost:PORT";
}

const registered_command registration{
    {10, "serve", "Runs the engine", [](CLI::App& app) -> command_action {
       auto options = std::make_shared<serve_options>();
       app.add_option("--config", options->config,
                      "Settings file (TOML); paths in it are relative to the working directory");
       app.add_option("--listen", options->listen, "IP:PORT for clients; port 0 = any free one")
           ->check(address_problem);
       app.add_option("--admin", options->admin, "IP:PORT for health, metrics and drain")->check(address_problem);
       app.add_option("--store", options->store, "sqlite:PATH, postgresql://… or memory:")->check(store_url_problem);
       return [options] { return serve(*options); };
     }}};

} // namespace

} // namespace machiai
