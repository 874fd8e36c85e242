#include "tests/support/shard_fixture.hpp"

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace machiai {

namespace {

constexpr auto patience = std::chrono::seconds(5);

io_shard_config config_of(const connection_settings& settings, const std::shared_ptr<connection_limits>& limits,
                          const std::function<void(io_shard_config&, listener_options&)>& adjust) {
  io_shard_config config;
  config.index = 3;
  config.connection = settings;
  config.limits = limits;
  config.admin_limits =
      std::make_shared<connection_limits>(settings.admin_connections_max, settings.admin_connections_max);
  listener_options unused;
  if (adjust)
    adjust(config, unused);
  return config;
}

} // namespace

void recording_host::note(const std::function<void(record&)>& change) {
  {
    const std::lock_guard lock(mutex_);
    change(record_);
  }
  changed_.notify_all();
}

bool recording_host::wait_for(const std::function<bool(const record&)>& holds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return holds(record_); });
}

recording_host::record recording_host::now() {
  const std::lock_guard lock(mutex_);
  return record_;
}

void recording_host::on_request(connection_id from, http_request request) {
  note([&](record& at) { at.requests.push_back(request); });
  if (answer)
    answer(from, request);
}

void recording_host::on_open(connection_id id, const http_request& upgrade) {
  note([&](record& at) {
    at.opened.push_back(id);
    at.remote_address = upgrade.remote_address;
  });
  if (on_opened)
    on_opened(id);
}

void recording_host::on_text(connection_id id, std::string_view message) {
  note([&](record& at) { at.texts.emplace_back(message); });
  if (on_message)
    on_message(id, message);
}

void recording_host::on_silent(connection_id, int64_t) {
  note([](record& at) { ++at.silent; });
}

void recording_host::on_alive_again(connection_id, int64_t) {
  note([](record& at) { ++at.alive_again; });
}

void recording_host::on_beat(connection_id) {
  note([](record& at) { ++at.beats; });
}

void recording_host::on_drained_after_overflow(connection_id id) {
  note([](record& at) { ++at.drained; });
  if (on_drained)
    on_drained(id);
}

void recording_host::on_close(connection_id id, const close_info& how) {
  note([&](record& at) { at.closes.emplace_back(id, how); });
}

void recording_host::accepted(listener_role) {
  note([](record& at) { ++at.accepted; });
}

void recording_host::refused(refusal why) {
  note([&](record& at) { ++at.refusals[why]; });
}

void recording_host::accept_paused(int) {
  note([](record& at) { ++at.pauses; });
}

void recording_host::connection_ended(listener_role) {
  note([](record& at) { ++at.ended; });
}

void recording_host::bytes_in(std::size_t bytes) {
  note([&](record& at) { at.bytes_in += bytes; });
}

void recording_host::bytes_out(std::size_t bytes, std::size_t frames) {
  note([&](record& at) {
    at.bytes_out += bytes;
    at.frames_out += frames;
    ++at.writes;
  });
}

void recording_host::frame_pushed(send_queue::push_result result) {
  note([&](record& at) { ++at.pushed[result]; });
}

void recording_host::fault(transport_fault what) {
  note([&](record& at) { at.faults.push_back(what); });
}

connection_settings quick_settings() {
  connection_settings settings;
  settings.handshake_timeout_ms = 300;
  settings.http_body_timeout_ms = 300;
  settings.http_keep_alive_timeout_ms = 400;
  settings.http_response_timeout_ms = 400;
  settings.hello_timeout_ms = 2000;
  settings.close_timeout_ms = 300;
  settings.accept_pause_ms = 50;
  return settings;
}

shard_fixture::shard_fixture(const connection_settings& settings,
                             const std::function<void(io_shard_config&, listener_options&)>& adjust)
    : limits(std::make_shared<connection_limits>(settings.connections_max, settings.connections_per_address_max)),
      shard(config_of(settings, limits, adjust), host, host) {
  io_shard_config unused;
  listener_options options;
  if (adjust)
    adjust(unused, options);
  auto bound = shard.open("127.0.0.1:0", options);
  if (!bound)
    throw std::runtime_error(message_of(bound.error()));
  address = *bound;
  thread_ = std::thread([this] { shard.run(); });
}

shard_fixture::~shard_fixture() {
  shard.stop();
  thread_.join();
}

raw_client shard_fixture::open_websocket(const raw_client_options& how) {
  auto client = connect(how);
  if (!client.upgrade())
    throw std::runtime_error("no WebSocket: " + client.last_response().head);
  return client;
}

connection_id shard_fixture::last_opened() {
  const auto at = host.now();
  return at.opened.empty() ? 0 : at.opened.back();
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

} // namespace machiai
