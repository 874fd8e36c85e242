#pragma once

#include "gateway/codec/websocket_codec.hpp"
#include "gateway/io_shard.hpp"
#include "tests/support/raw_client.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace machiai {

/// A host and observer that writes down what it hears. `wait_for` lets a test wait for what shall happen instead of
/// sleeping.
class recording_host : public connection_host, public transport_observer {
public:
  void on_request(connection_id from, http_request request) override;
  void on_open(connection_id id, const http_request& upgrade) override;
  void on_text(connection_id id, std::string_view message) override;
  void on_silent(connection_id id, int64_t last_proof_ms) override;
  void on_alive_again(connection_id id, int64_t at_ms) override;
  void on_beat(connection_id id) override;
  void on_drained_after_overflow(connection_id id) override;
  void on_close(connection_id id, const close_info& how) override;

  void accepted(listener_role role) override;
  void refused(refusal why) override;
  void accept_paused(int error_number) override;
  void connection_ended(listener_role role) override;
  void bytes_in(std::size_t bytes) override;
  void bytes_out(std::size_t bytes, std::size_t frames) override;
  void frame_pushed(send_queue::push_result result) override;
  void fault(transport_fault what) override;

  struct record {
    std::vector<http_request> requests;
    std::vector<connection_id> opened;
    std::vector<std::string> texts;
    std::vector<std::pair<connection_id, close_info>> closes;
    std::vector<transport_fault> faults;
    std::map<refusal, int> refusals;
    std::map<send_queue::push_result, int> pushed;
    std::string remote_address;
    int silent = 0, alive_again = 0, beats = 0, drained = 0, accepted = 0, ended = 0, pauses = 0;
    std::size_t bytes_in = 0, bytes_out = 0, frames_out = 0, writes = 0;
  };

  /// Waits until `holds(record)` does, at most 5 s; says whether it came to hold.
  bool wait_for(const std::function<bool(const record&)>& holds);
  record now();

  /// Called on the shard's thread; set before the first client connects.
  std::function<void(connection_id, const http_request&)> answer;
  std::function<void(connection_id, std::string_view)> on_message;
  std::function<void(connection_id)> on_opened;
  std::function<void(connection_id)> on_drained;

private:
  void note(const std::function<void(record&)>& change);

  std::mutex mutex_;
  std::condition_variable changed_;
  record record_;
};

/// Settings with deadlines short enough for tests.
connection_settings quick_settings();

/// A shard on its own thread with one listener on a free loopback port.
class shard_fixture {
public:
  explicit shard_fixture(const connection_settings& settings = quick_settings(),
                         const std::function<void(io_shard_config&, listener_options&)>& adjust = {});
  ~shard_fixture();

  /// Runs `work` on the shard's thread and returns its result.
  template <class Work>
  auto on_shard(Work work) {
    std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
    auto result = task.get_future();
    shard.post([&task] { task(); });
    return result.get();
  }

  raw_client connect(const raw_client_options& how = {}) const { return raw_client(address, how); }
  /// A client with an open WebSocket, and its id.
  raw_client open_websocket(const raw_client_options& how = {});
  connection_id last_opened();

  recording_host host;
  std::shared_ptr<connection_limits> limits;
  io_shard shard;
  std::string address;

private:
  std::thread thread_;
};

/// How many descriptors this process has open.
std::size_t open_descriptors();

} // namespace machiai
