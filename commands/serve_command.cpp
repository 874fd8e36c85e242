#include "commands/command.hpp"
#include "commands/engine.hpp"
#include "config/load_settings.hpp"
#include "config/log.hpp"
#include "config/validate_settings.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <ctime>
#include <iostream>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>

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
  std::signal(SIGPIPE, SIG_IGN);
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

int run_until_told(engine& running, const sigset_t& handled) {
  int signal = 0;
  while (sigwait(&handled, &signal) == 0 && signal == SIGHUP) {
    if (auto problem = running.reload_certificate())
      log_error("engine.certificate_not_reloaded", problem);
    else
      log_info("engine.certificate_reloaded");
  }
  log_info("engine.draining");
  const auto in_time = running.drain([&handled] {
    constexpr timespec at_once{0, 0};
    const auto next = sigtimedwait(&handled, nullptr, &at_once);
    return next == SIGTERM || next == SIGINT;
  });
  log_info("engine.ended", {{"in_time", in_time}});
  return static_cast<int>(in_time ? exit_code::ok : exit_code::check_failed);
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
  auto running = engine::start(std::move(*config));
  if (!running)
    return fail(exit_code_of(running.error()), running.error());
  std::cout << (*running)->ready_line() << std::endl;
  return run_until_told(**running, handled);
}

const registered_command registration{
    {10, "serve", "Runs the engine", [](CLI::App& app) -> command_action {
       auto options = std::make_shared<serve_options>();
       app.add_option("--config", options->config, "Settings file (TOML)");
       app.add_option("--listen", options->listen, "HOST:PORT for clients; port 0 = any free one");
       app.add_option("--admin", options->admin, "HOST:PORT for health, metrics and drain");
       app.add_option("--store", options->store, "sqlite:PATH or postgresql://…");
       return [options] { return serve(*options); };
     }}};

} // namespace

} // namespace machiai
