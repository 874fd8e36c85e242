#include "gateway/io_shard.hpp"

#include "config/fixed_limits.hpp"
#include "gateway/connection.hpp"
#include "gateway/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>

namespace machiai {

namespace {

namespace asio = boost::asio;

constexpr std::size_t read_buffer_bytes = 64 * 1024;
constexpr int64_t tick_ms = 50;
constexpr unsigned counter_bits = 48;
constexpr auto retry_after_seconds = "5";

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

} // namespace

class io_shard::implementation final : public connection_services {
public:
  implementation(io_shard_config config, connection_host& to_host, transport_observer& to_observer)
      : config_(std::move(config)), wheel_(now_ms(), tick_ms), buffer_(read_buffer_bytes), context_(1),
        work_(asio::make_work_guard(context_)), wheel_alarm_(context_) {
    settings = &config_.connection;
    upgrades = &config_.upgrades;
    host = &to_host;
    observer = &to_observer;
    limits = {settings->send_soft_bytes, settings->send_hard_bytes, settings->send_reserved_bytes, 16 * 1024};
    read_buffer = buffer_;
  }

  ~implementation() override {
    for (const auto& each : listeners_)
      each.socket->close();
    for (const auto& [id, each] : connections_)
      each->abandon();
    // What waits in the loop, and the connections it holds, ends with the loop: after the table, before the wheel.
  }

  void request_flush(connection& which) override {
    if (!which.enlist_for_flush())
      return;
    if (flush_due_.empty() && !flushing_)
      asio::post(context_, [this] { flush_all(); });
    flush_due_.push_back(which.shared_from_this());
  }

  void arm(wheel_timer& which, int64_t due_ms) override {
    wheel_.arm(which, due_ms);
    if (due_ms < alarm_ms_)
      set_alarm();
  }

  void retire(connection& which) override {
    if (which.was_refused())
      --refusals_;
    else
      observer->connection_ended(which.role());
    connections_.erase(which.id());
  }

  caf::expected<std::string> open(const std::string& address, const listener_options& options) {
    listener::events calls;
    calls.accepted = [this, options](int socket, const address_key& key, std::string from) {
      accept(socket, key, std::move(from), options);
    };
    calls.paused = [this](int error_number) { observer->accept_paused(error_number); };
    const listener::settings how{static_cast<int>(settings->accept_backlog), settings->accept_pause_ms,
                                 options.join_existing};
    auto made = listener::open(context_, address, how, std::move(calls));
    if (!made)
      return made.error();
    listeners_.push_back({options.role, *made});
    return (*made)->address();
  }

  std::shared_ptr<connection> find(connection_id id) const {
    const auto place = connections_.find(id);
    return place == connections_.end() ? nullptr : place->second;
  }

  struct listening {
    listener_role role;
    std::shared_ptr<listener> socket;
  };

  io_shard_config config_;
  timing_wheel wheel_;
  std::vector<char> buffer_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer wheel_alarm_;
  std::vector<listening> listeners_;
  std::unordered_map<connection_id, std::shared_ptr<connection>> connections_;

private:
  void accept(int socket, const address_key& key, std::string from, const listener_options& options) {
    connection::origin origin;
    origin.id = uint64_t{config_.index} << counter_bits | ++counter_;
    origin.role = options.role;
    origin.remote_address = std::move(from);
    const auto& limits_here = options.role == listener_role::clients ? config_.limits : config_.admin_limits;
    if (const auto why = connection_limits::acquire(limits_here, key, origin.slot))
      return refuse(socket, std::move(origin), *why, options);
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, static_cast<int>(settings->kernel_unsent_bytes));
    auto session = options.tls ? options.tls->new_session(socket) : nullptr;
    if (options.tls && !session) {
      ::close(socket);
      return;
    }
    observer->accepted(options.role);
    add(socket, std::move(session), std::move(origin))->start();
  }

  void refuse(int socket, connection::origin origin, refusal why, const listener_options& options) {
    observer->refused(why);
    // Under TLS a word would cost a handshake, which is what there is no room for.
    if (options.tls || refusals_ >= fixed::refusals_max) {
      ::close(socket);
      return;
    }
    ++refusals_;
    auto answer =
        problem_response(503, ec::limit_reached,
                         why == refusal::address_limit ? "Your address has as many connections as it may have."
                                                       : "The engine has as many connections as it may have.");
    answer.headers.emplace_back("Retry-After", retry_after_seconds);
    add(socket, nullptr, std::move(origin))->start_refused(answer);
  }

  std::shared_ptr<connection> add(int socket, tls_session session, connection::origin origin) {
    const auto id = origin.id;
    byte_stream stream(context_, socket, std::move(session));
    auto made = std::make_shared<connection>(*this, std::move(stream), std::move(origin));
    connections_.emplace(id, made);
    return made;
  }

  void flush_all() {
    flushing_ = true;
    auto due = std::exchange(flush_due_, {});
    for (const auto& each : due)
      each->flush();
    host->on_flushed();
    due.clear();
    flushing_ = false;
    if (flush_due_.empty())
      flush_due_ = std::move(due);
    else
      asio::post(context_, [this] { flush_all(); });
  }

  void set_alarm() {
    const auto wake_ms = wheel_.next_wake_ms();
    if (!wake_ms) {
      alarm_ms_ = no_alarm;
      return;
    }
    alarm_ms_ = *wake_ms;
    wheel_alarm_.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(*wake_ms)));
    wheel_alarm_.async_wait([this](const boost::system::error_code& error) {
      if (error)
        return;
      alarm_ms_ = no_alarm;
      wheel_.advance(now_ms());
      set_alarm();
    });
  }

  static constexpr int64_t no_alarm = INT64_MAX;

  std::vector<std::shared_ptr<connection>> flush_due_;
  bool flushing_ = false;
  std::size_t refusals_ = 0;
  uint64_t counter_ = 0;
  int64_t alarm_ms_ = no_alarm;
};

io_shard::io_shard(io_shard_config config, connection_host& host, transport_observer& observer)
    : implementation_(std::make_unique<implementation>(std::move(config), host, observer)) {}

io_shard::~io_shard() = default;

caf::expected<std::string> io_shard::open(const std::string& address, const listener_options& options) {
  return implementation_->open(address, options);
}

void io_shard::run() {
  implementation_->context_.run();
}

void io_shard::stop() {
  implementation_->context_.stop();
}

void io_shard::post(std::function<void()> work) {
  asio::post(implementation_->context_, std::move(work));
}

asio::io_context& io_shard::context() {
  return implementation_->context_;
}

int64_t io_shard::now_ms() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count();
}

bool io_shard::send(connection_id id, outgoing_frame frame) {
  const auto target = implementation_->find(id);
  return target && target->send(std::move(frame));
}

bool io_shard::respond(connection_id id, const http_response& response) {
  const auto target = implementation_->find(id);
  return target && target->respond(response);
}

bool io_shard::mark_ready(connection_id id) {
  const auto target = implementation_->find(id);
  return target && target->mark_ready();
}

bool io_shard::close(connection_id id, uint16_t code, std::string_view reason) {
  const auto target = implementation_->find(id);
  return target && target->close(code, reason);
}

bool io_shard::terminate(connection_id id) {
  const auto target = implementation_->find(id);
  if (target)
    target->terminate();
  return target != nullptr;
}

void io_shard::stop_accepting(listener_role role) {
  std::erase_if(implementation_->listeners_, [role](const auto& each) {
    if (each.role == role)
      each.socket->close();
    return each.role == role;
  });
}

std::size_t io_shard::connection_count() const {
  return implementation_->connections_.size();
}

std::size_t io_shard::websocket_count() const {
  std::size_t count = 0;
  for (const auto& [id, each] : implementation_->connections_)
    count += each->is_open_websocket() ? 1 : 0;
  return count;
}

void io_shard::for_each_websocket(const std::function<void(connection_id)>& visit) {
  std::vector<connection_id> open;
  for (const auto& [id, each] : implementation_->connections_)
    if (each->is_open_websocket())
      open.push_back(id);
  for (const auto id : open)
    visit(id);
}

std::optional<connection_state> io_shard::state_of(connection_id id) const {
  const auto target = implementation_->find(id);
  return target ? std::optional(target->state()) : std::nullopt;
}

} // namespace machiai
