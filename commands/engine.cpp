#include "commands/engine.hpp"

#include "actors/auditor.hpp"
#include "actors/event_log.hpp"
#include "actors/registry.hpp"
#include "actors/type_ids.hpp"
#include "commands/batch_threads.hpp"
#include "commands/exit_code.hpp"
#include "commands/past_service.hpp"
#include "commands/synthetic_visits.hpp"
#include "commands/thread_reserve.hpp"
#include "commands/vital_actor.hpp"
#include "config/error.hpp"
#include "config/log.hpp"
#include "config/wall_clock.hpp"
#include "gateway/api_route.hpp"
#include "metrics/engine_metrics.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>
#include <unistd.h>
#include <utility>

namespace machiai {

namespace {

/// Unique among all engines that ever used a store: the start's time and 16 random bits.
incarnation new_incarnation() {
  std::random_device random;
  return static_cast<uint64_t>(system_wall_clock().now_ms()) << 16U | (random() & 0xFFFFU);
}

/// CAF's threads and the gateway's: one for every two cores each.
uint32_t half_the_cores() {
  return std::max(1U, std::thread::hardware_concurrency() / 2);
}

/// Threads beside those: CAF's timer, log, auditor, statements, synthetic visits, the watch over the end; and some for
/// what libraries start.
constexpr uint32_t other_threads = 10;

/// Ends the process at once: the clinics are another engine's, and nothing here can be written or promised any more.
void end_without_store(const caf::error& why) {
  log_error("engine.store_taken_over", why);
  std::_Exit(fail(exit_code::store, why));
}

std::string not_ready(const environment& shared) {
  const auto& ready = *shared.ready;
  if (ready.draining)
    return "draining";
  if (!ready.store_writes)
    return "the store does not write";
  if (!shared.store_answers())
    return "the store does not answer";
  if (ready.waiting_rows >= shared.settings->store.waiting_rows_max)
    return "the store does not keep up";
  return ready.clinics_failing > shared.settings->clinic.failing_max ? "clinics keep dying" : "";
}

} // namespace

engine::engine(settings given) {
  shared_.settings = std::make_shared<const settings>(std::move(given));
  shared_.clock = [] { return timestamp{system_wall_clock().now_ms()}; };
  shared_.engine = new_incarnation();
  metrics_ = std::make_unique<engine_metrics>(route_templates());
  shared_.metrics = metrics_.get();
  metrics_->connections_max.set(shared_.settings->connection.connections_max);
  metrics_->waiting_rows_max.set(shared_.settings->store.waiting_rows_max);
}

caf::expected<std::unique_ptr<engine>> engine::start(settings given) {
  const auto threads = half_the_cores() + std::max(half_the_cores(), given.listen.shards) + other_threads;
  if (!can_start_threads(threads))
    return make_error(ec::system_failure, "the system does not give this process " + std::to_string(threads) +
                                              " threads (pids.max of its cgroup, RLIMIT_NPROC)");
  std::unique_ptr<engine> made{new engine(std::move(given))};
  auto pages = page_files::load(*made->shared_.settings);
  if (!pages)
    return pages.error();
  made->pages_ = std::move(*pages);
  if (auto problem = made->open_store())
    return problem;
  made->config_ = std::make_unique<caf::actor_system_config>();
  made->config_->add_message_types<caf::id_block::machiai>();
  made->config_->add_thread_hook<batch_threads>();
  made->config_->set("scheduler.policy", caf::atom("sharing"));
  made->config_->set("scheduler.max-threads", half_the_cores());
  made->system_ = std::make_unique<caf::actor_system>(*made->config_);
  made->system_->await_actors_before_shutdown(false);
  made->log_ = made->system_->spawn<caf::detached>(event_log, made->shared_, made->store_);
  made->registry_ = made->system_->spawn(registry, made->shared_, made->log_);
  end_process_with(caf::actor_cast<caf::strong_actor_ptr>(made->log_), "event_log", made->ending_);
  end_process_with(caf::actor_cast<caf::strong_actor_ptr>(made->registry_), "registry", made->ending_);
  if (auto problem = made->start_gateway()) {
    static_cast<void>(made->end_actors(std::chrono::steady_clock::now()));
    return problem;
  }
  made->start_auditor();
  if (made->shared_.settings->synthetic.interval_ms > 0)
    made->synthetic_ = std::make_unique<synthetic_visits>(*made->shared_.settings, made->gateway_->address(),
                                                          *made->key_, *made->metrics_);
  log_info("engine.started",
           {{"listen", log_text(made->gateway_->address())}, {"admin", log_text(made->gateway_->admin_address())}});
  return made;
}

caf::error engine::open_store() {
  const auto& given = *shared_.settings;
  auto options = store_options_of(given.store, false);
  options.on_taken_over = end_without_store;
  auto store = machiai::open_store(options);
  if (!store)
    return store.error();
  store_ = std::move(*store);
  // The key comes after the store: a mistyped store path must not leave a key file behind.
  const auto file = given.token.operator_key_file.empty() ? default_operator_key_file(given.store.url)
                                                          : given.token.operator_key_file;
  const auto clinics = store_->clinics();
  if (!clinics)
    return clinics.error();
  std::error_code ignored;
  const auto was_there = std::filesystem::exists(file, ignored);
  auto key = load_or_create_operator_key(file);
  if (!key)
    return key.error();
  // Beside clinics it voids every token and closes every sealed secret: nobody may overlook it.
  if (!was_there && clinics->empty())
    log_info("engine.operator_key_made", {{"file", log_text(file)}});
  else if (!was_there)
    log_warn("engine.operator_key_made", {{"file", log_text(file)}, {"clinics", clinics->size()}});
  key_ = std::make_shared<const operator_key>(std::move(*key));
  past_ = std::make_unique<past_service>(given.store);
  return {};
}

caf::error engine::start_gateway() {
  shard_context context;
  context.shared = shared_;
  context.pages = pages_;
  context.registry = registry_;
  context.key = key_;
  auto ice = ice_servers::load(shared_.settings->call);
  if (!ice)
    return ice.error();
  context.ice = std::make_shared<const ice_servers>(std::move(*ice));
  context.past = [this](const past_question& asked, std::weak_ptr<const void> asker, past_service::callback done) {
    past_->read(asked, std::move(asker), std::move(done));
  };
  context.not_ready = [shared = shared_] { return not_ready(shared); };
  context.drain = [] { ::kill(::getpid(), SIGTERM); };
  auto started = gateway::start(context, *system_);
  if (!started)
    return started.error();
  gateway_ = std::move(*started);
  return {};
}

void engine::start_auditor() {
  const auto& given = *shared_.settings;
  if (given.audit.interval_ms == 0)
    return;
  store_opener open;
  // What is only in this process's memory nobody else can open.
  if (!given.store.url.starts_with("memory:"))
    open = [options = store_options_of(given.store, true)] { return machiai::open_store(options); };
  auditor_ = system_->spawn<caf::detached>(auditor, shared_, registry_, std::move(open));
}

engine::~engine() {
  *ending_ = true;
  synthetic_.reset();
  if (gateway_)
    gateway_->stop();
  past_.reset();
  gateway_.reset();
  // Whoever still refers to them (a time-out, a clinic that was just waking) would keep the log's thread and so the
  // process.
  if (auditor_)
    caf::anon_send_exit(auditor_, caf::exit_reason::kill);
  caf::anon_send_exit(registry_, caf::exit_reason::kill);
  caf::anon_send_exit(log_, caf::exit_reason::kill);
}

std::string engine::ready_line() const {
  return R"({"ready":true,"listen":")" + gateway_->address() + R"(","admin":")" + gateway_->admin_address() + "\"}";
}

caf::error engine::reload_certificate() {
  return gateway_->reload_certificate();
}

bool engine::wait_for_clients(std::chrono::steady_clock::time_point until, const std::function<bool()>& hurry) {
  while (gateway_->websocket_count() > 0) {
    if (hurry() || std::chrono::steady_clock::now() >= until)
      return false;
    std::this_thread::sleep_for(milliseconds{20});
  }
  return true;
}

bool engine::drain(const std::function<bool()>& hurry) {
  const auto& limits = shared_.settings->drain;
  const auto until = std::chrono::steady_clock::now() + milliseconds{limits.hard_limit_ms};
  synthetic_.reset();
  shared_.ready->draining = true;
  gateway_->drain(limits.reconnect_window_ms);
  const auto clients_gone = wait_for_clients(until, hurry);
  return end_actors(until) && clients_gone;
}

bool engine::end_actors(std::chrono::steady_clock::time_point until) {
  auto in_time = true;
  if (auditor_)
    caf::anon_send_exit(auditor_, caf::exit_reason::kill);
  caf::scoped_actor self{*system_};
  const auto left = std::max(until - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration{0});
  const auto rest = std::max(std::chrono::duration_cast<milliseconds>(left), milliseconds{1000});
  self->request(registry_, rest, drain_clinics{}).receive([](bool) {}, [&](const caf::error&) { in_time = false; });
  self->request(log_, rest, mark_clean{})
      .receive([](bool) {},
               [&](const caf::error& why) {
                 log_error("engine.no_clean_mark", why);
                 in_time = false;
               });
  return in_time;
}

} // namespace machiai
