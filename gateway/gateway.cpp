#include "gateway/gateway.hpp"

#include "config/error.hpp"
#include "gateway/shard.hpp"
#include "gateway/tls_context.hpp"

#include <algorithm>
#include <future>
#include <pthread.h>

namespace machiai {

uint32_t shard_count(const listen_settings& settings) {
  return settings.shards > 0 ? settings.shards : std::max(1U, std::thread::hardware_concurrency() / 2);
}

caf::expected<std::unique_ptr<gateway>> gateway::start(const shard_context& context, caf::actor_system& system) {
  const auto& settings = *context.shared.settings;
  std::unique_ptr<gateway> made{new gateway(*context.shared.metrics)};
  const auto shards = shard_count(settings.listen);
  const auto common = std::make_shared<shard_common>(settings, shards);
  for (uint32_t i = 0; i < shards; ++i)
    made->shards_.push_back(std::make_unique<shard>(context, common, i, system, made->observer_));
  if (auto problem = made->listen(settings.listen))
    return problem;
  for (uint32_t i = 0; i < shards; ++i)
    made->threads_.emplace_back([&loop = made->shards_[i]->io(), name = "shard-" + std::to_string(i)] {
      ::pthread_setname_np(::pthread_self(), name.c_str());
      loop.run();
    });
  return made;
}

caf::error gateway::listen(const listen_settings& settings) {
  if (!settings.tls_certificate.empty()) {
    auto tls = tls_context::load(settings.tls_certificate, settings.tls_key);
    if (!tls)
      return tls.error();
    tls_ = *tls;
  }
  auto bound = shards_.front()->io().open(settings.address, {listener_role::clients, tls_, false});
  if (!bound)
    return bound.error();
  address_ = *bound;
  for (size_t i = 1; i < shards_.size(); ++i)
    if (auto joined = shards_[i]->io().open(address_, {listener_role::clients, tls_, true}); !joined)
      return joined.error();
  auto admin = shards_.front()->io().open(settings.admin_address, {listener_role::admin, nullptr, false});
  if (!admin)
    return admin.error();
  admin_address_ = *admin;
  return {};
}

gateway::gateway(engine_metrics& metrics) : observer_(metrics) {}

gateway::~gateway() {
  stop();
}

caf::error gateway::reload_certificate() {
  return tls_ ? tls_->reload() : caf::error{};
}

void gateway::drain(uint32_t reconnect_window_ms) {
  for (auto& x : shards_)
    x->io().post([reconnect_window_ms, target = x.get()] { target->drain(reconnect_window_ms); });
}

std::size_t gateway::websocket_count() {
  std::size_t sum = 0;
  for (auto& x : shards_) {
    std::promise<std::size_t> counted;
    x->io().post([&counted, &loop = x->io()] { counted.set_value(loop.websocket_count()); });
    sum += counted.get_future().get();
  }
  return sum;
}

void gateway::stop() {
  for (auto& x : shards_)
    x->io().stop();
  for (auto& x : threads_)
    x.join();
  threads_.clear();
}

} // namespace machiai
