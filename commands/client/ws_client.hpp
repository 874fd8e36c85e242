#pragma once

#include "commands/client/server_address.hpp"
#include "commands/client/ws_link.hpp"
#include "store/events.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace machiai {

struct ws_client_options {
  server_address server;
  std::string token;
  /// The visit to look at, for a patient whose token names none.
  std::string room;
  std::chrono::milliseconds connect_timeout{5000};
  /// Waits between attempts grow from the first to the longest, each drawn evenly from zero up (full jitter).
  std::chrono::milliseconds backoff_first{200};
  std::chrono::milliseconds backoff_max{10000};
  /// Of the jitter.
  uint64_t seed = 0;
};

/// What a client is doing. `ended` is final: it was stopped or told not to come back.
enum class ws_client_state : uint8_t { connecting, live, waiting, ended };

struct ws_client_handlers {
  /// Every frame of the server but pings, in order.
  std::function<void(const boost::json::object& frame, std::string_view text)> frame;
  std::function<void(ws_client_state)> state;
  /// A connection is over: close code and reason, or code 0 and what went wrong. What comes next says `state`.
  std::function<void(uint16_t code, const std::string& reason)> closed;
};

/// A session of protocol `machiai.v1` that outlives its connections: says hello, remembers the position it has seen,
/// reconnects by the close code's range (40xx at once, 41xx and losses with full jitter or inside the window that a
/// `reconnect` frame gave, 42xx never), resumes, and notices gaps by the beats and silence by their absence. Commands
/// that were not answered are sent again, with the same id, after a reconnect. Used from its loop's thread only; kept
/// alive by its owner alone. After `stop` or destruction no handler is called.
class ws_client : public std::enable_shared_from_this<ws_client> {
public:
  using reply_handler = std::function<void(const boost::json::object& reply, std::string_view text)>;

  /// `loop` and `tls` (null without TLS) must outlive the client.
  ws_client(boost::asio::io_context& loop, boost::asio::ssl::context* tls, ws_client_options options,
            ws_client_handlers handlers);
  ~ws_client();
  ws_client(const ws_client&) = delete;
  ws_client& operator=(const ws_client&) = delete;

  /// Connects; call it once.
  void start();

  /// Says goodbye and ends.
  void stop();

  /// Resets the TCP connection, as a phone in a tunnel would, and comes back after `away`; without it, never.
  void cut(std::optional<std::chrono::milliseconds> away);

  /// Sends `{"type":…,"id":…,…}`; `on_reply` gets the first answer to the id. @pre no command with this id is open.
  void command(const std::string& id, std::string text, reply_handler on_reply);

  /// Forgets an open command: its answer only reaches `frame`.
  void forget(const std::string& id) { open_commands_.erase(id); }

  /// Sends a frame as it is, when live.
  void send(std::string text);

  ws_client_state state() const noexcept { return state_; }
  /// What the server said last or, before anything came, when the client was made.
  std::chrono::steady_clock::time_point last_proof() const noexcept { return last_proof_; }
  /// Everything up to here has been seen; nothing before the first welcome.
  std::optional<position> seen() const noexcept { return seen_; }

private:
  struct open_command {
    std::string text;
    reply_handler on_reply;
  };

  void connect();
  void say_hello();
  void take(std::string_view text);
  void take_welcome(const boost::json::object& frame);
  void take_state(const boost::json::object& frame);
  void take_beat(const boost::json::object& frame);
  void take_reply(const boost::json::object& frame, std::string_view text);
  void advance(position to);
  void lost(uint16_t code, const std::string& reason);
  void retry_after(std::chrono::milliseconds delay);
  std::chrono::milliseconds delay_for(uint16_t code);
  std::chrono::milliseconds jitter(std::chrono::milliseconds most);
  void expect_proof_within(std::chrono::milliseconds time);
  void set_state(ws_client_state state);

  boost::asio::io_context& loop_;
  boost::asio::ssl::context* tls_;
  ws_client_options options_;
  ws_client_handlers handlers_;
  std::shared_ptr<ws_link> link_;
  boost::asio::steady_timer timer_;
  std::mt19937_64 random_;
  ws_client_state state_ = ws_client_state::waiting;
  bool stopped_ = false;
  std::optional<position> seen_;
  /// Where the server stood at the welcome: beats may say as much before a frame does.
  uint64_t welcomed_seq_ = 0;
  std::chrono::milliseconds silence_max_{0};
  std::optional<std::chrono::milliseconds> window_;
  uint32_t attempts_ = 0;
  std::chrono::steady_clock::time_point last_proof_;
  std::map<std::string, open_command> open_commands_;
};

} // namespace machiai
