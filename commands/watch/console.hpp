#pragma once

#include "commands/client/ws_client.hpp"
#include "commands/watch/board_screen.hpp"
#include "commands/watch/live_board.hpp"

#include <boost/asio/signal_set.hpp>

#include <memory>
#include <optional>

namespace machiai {

struct console_options {
  server_address server;
  std::string token;
  /// Print the board once and end.
  bool once = false;
};

/// A staff console in the terminal: keeps the board by a client that reconnects and resumes, and shows it. Runs its own
/// loop until Ctrl-C, the server's final no, or the first board when `once`.
class console {
public:
  explicit console(console_options options);

  /// The process's exit status.
  int run();

private:
  void take(const boost::json::object& frame);
  void take_closed(uint16_t code, const std::string& reason);
  void take_state(ws_client_state state);
  void note_time(timestamp server_time);
  void show_soon();
  void show();
  void show_every_second();
  void print_once();
  void say(const std::string& line);
  [[nodiscard]] timestamp now() const;
  [[nodiscard]] std::string status_text() const;

  console_options options_;
  boost::asio::io_context loop_;
  boost::asio::ssl::context tls_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer clock_;
  std::optional<board_screen> screen_;
  std::shared_ptr<ws_client> client_;
  live_board board_;
  bool have_board_ = false;
  bool show_posted_ = false;
  /// The server's clock less ours.
  milliseconds server_ahead_{0};
  uint64_t told_seq_ = 0;
  uint16_t last_close_code_ = 0;
  std::string last_problem_;
  int status_ = 0;
};

} // namespace machiai
