#pragma once

#include "commands/client/ws_client.hpp"
#include "commands/simulate/clock_skew.hpp"
#include "commands/simulate/report.hpp"
#include "commands/simulate/stage.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace machiai {

/// What all clients of a simulation share.
struct play {
  stage& on;
  report& findings;
  clock_skew& skew;
  boost::asio::ssl::context* tls;
  server_address server;
  /// Why the engine cannot be talked to at all, when that is so.
  std::string unreachable;
  /// Why the engine does not take the operator's token, when that is so: names the option.
  std::string refused{};
  /// When a used link was last tried again. Too often from one address is what the engine takes for an attack.
  int64_t link_tried_again_ms = 0;
};

/// Who a client is: what its token says.
struct client_identity {
  std::string person;
  std::string token;
  /// Named in the hello when the token names none.
  std::string room;
};

/// The answer to a command, and when it was asked and answered on our clock.
struct asked {
  bool ok = false;
  /// The engine's word for a refusal; `no_answer` when none came in time.
  std::string code;
  uint64_t seq = 0;
  boost::json::object reply;
  int64_t sent_ms = 0;
  int64_t answered_ms = 0;
  int64_t sent_us = 0;
};

/// A client whose commands scripts can wait for. Counts answers per command id, and judges that each sending gets
/// exactly one and that all final ones are equal, byte by byte. Some commands are sent twice on purpose.
class actor_client {
public:
  actor_client(play& given, std::string clinic, client_identity who, uint64_t seed);
  ~actor_client();
  actor_client(const actor_client&) = delete;
  actor_client& operator=(const actor_client&) = delete;

  void start() { client_->start(); }
  void stop() { client_->stop(); }
  void cut(std::optional<stage::duration> away);

  /// False when the client is not live in time.
  boost::asio::awaitable<bool> live(stage::duration patience = std::chrono::seconds{15});

  /// Sends a command (without its id) and waits for the final answer; asks again with the same id while the engine
  /// answers that it is busy.
  boost::asio::awaitable<asked> ask(const boost::json::object& body);

  /// Every frame that is no reply.
  std::function<void(const boost::json::object& frame, std::string_view text)> on_frame;

  /// Something about this client happened.
  wakeup& changed() noexcept { return changed_; }
  ws_client_state state() const { return client_->state(); }
  uint64_t seen_seq() const { return client_->seen().value_or(position{}).seq; }
  /// Of the last connection that is over.
  uint16_t close_code() const noexcept { return close_code_; }
  bool is_cut() const noexcept { return cut_ms_.has_value(); }
  std::optional<int64_t> cut_ms() const noexcept { return cut_ms_; }
  /// When the newest command was sent of which an answer shows that the server had it on this connection; 0 for none.
  int64_t proven_ms() const noexcept { return proven_ms_; }
  const std::string& person() const noexcept { return who_.person; }

  /// Waits for answers that are on their way and judges that none is missing; for the end.
  boost::asio::awaitable<void> settle();

private:
  struct sent_command {
    uint64_t sendings = 0;
    uint64_t answers = 0;
    /// A connection went while it was open: an answer may have gone with it.
    bool loose = false;
    std::string final_text;
    std::optional<asked> result;
    int64_t sent_us = 0;
  };

  void take(const boost::json::object& frame, std::string_view text);
  void take_answer(const boost::json::object& frame, std::string_view text);
  void take_state(ws_client_state state);
  void send(sent_command& command, const std::string& text);
  boost::asio::awaitable<void> keep_pace();
  bool chance(double part) { return std::uniform_real_distribution<double>{0, 1}(random_) < part; }

  play& play_;
  std::string clinic_;
  client_identity who_;
  std::mt19937_64 random_;
  wakeup changed_;
  std::shared_ptr<ws_client> client_;
  std::map<std::string, sent_command> commands_;
  uint64_t next_id_ = 0;
  std::string id_prefix_;
  int64_t next_send_ms_ = 0;
  bool welcomed_ = false;
  uint16_t close_code_ = 0;
  std::optional<int64_t> cut_ms_;
  int64_t proven_ms_ = 0;
};

} // namespace machiai
