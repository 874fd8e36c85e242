#include "commands/watch/console.hpp"

#include "commands/client/client_tls.hpp"
#include "commands/client/json_members.hpp"
#include "commands/exit_code.hpp"
#include "commands/watch/board_text.hpp"
#include "config/wall_clock.hpp"
#include "gateway/close_code.hpp"

#include <boost/asio/post.hpp>

#include <iostream>
#include <random>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

ws_client_options client_options(const console_options& given) {
  ws_client_options result;
  result.server = given.server;
  result.token = given.token;
  result.seed = std::random_device{}();
  return result;
}

bool refuses_token(uint16_t closed_with) {
  const auto is = [closed_with](close_code x) { return closed_with == static_cast<uint16_t>(x); };
  return is(close_code::unauthenticated) || is(close_code::token_expired) || is(close_code::revoked) ||
         is(close_code::forbidden);
}

} // namespace

console::console(console_options options)
    : options_(std::move(options)), tls_(make_client_tls()), signals_(loop_, SIGINT, SIGTERM), clock_(loop_) {
  ws_client_handlers handlers;
  handlers.frame = [this](const json::object& frame, std::string_view) { take(frame); };
  handlers.state = [this](ws_client_state state) { take_state(state); };
  handlers.closed = [this](uint16_t code, const std::string& reason) { take_closed(code, reason); };
  client_ = std::make_shared<ws_client>(loop_, &tls_, client_options(options_), std::move(handlers));
}

int console::run() {
  signals_.async_wait([this](const boost::system::error_code& failed, int) {
    if (failed)
      return;
    client_->stop();
    boost::asio::post(loop_, [this] { loop_.stop(); });
  });
  if (!options_.once && board_screen::available()) {
    screen_.emplace();
    show_every_second();
  }
  client_->start();
  loop_.run();
  screen_.reset();
  if (status_ != 0)
    return fail(static_cast<exit_code>(status_), last_problem_);
  return status_;
}

void console::take(const json::object& frame) {
  const auto type = text_in(frame, "type");
  if (type == "error") {
    if (const auto* error = frame.if_contains("error"); error && error->is_object())
      last_problem_ = std::string(text_in(error->get_object(), "message"));
    return;
  }
  if (const auto at = parse_rfc3339(text_in(frame, "at")); at && type != "board")
    note_time(*at);
  if (!board_.take(frame))
    return say("the server's frame cannot be read; is this program older than the engine?");
  have_board_ = have_board_ || type == "board";
  if (options_.once && have_board_)
    return print_once();
  if (screen_)
    return show_soon();
  const auto is_first_of_change = board_.seq() != std::exchange(told_seq_, board_.seq());
  if (const auto line = change_text(board_, frame); !line.empty() && is_first_of_change)
    say(line);
  else if (type == "board")
    for (const auto& text : board_text(board_, now()))
      say(text);
}

void console::note_time(timestamp server_time) {
  server_ahead_ = server_time - timestamp{system_wall_clock().now_ms()};
}

timestamp console::now() const {
  return timestamp{system_wall_clock().now_ms()} + server_ahead_;
}

void console::take_closed(uint16_t code, const std::string& reason) {
  last_close_code_ = code;
  if (last_problem_.empty() || code == 0)
    last_problem_ = reason;
  if (!screen_ && !options_.once)
    say("-- 切断 " + (code == 0 ? reason : std::to_string(code) + ' ' + reason));
  // Who asks once wants an answer, not patience.
  if (options_.once && code == 0) {
    last_problem_ = http_url_of(options_.server) + ": " + reason;
    status_ = static_cast<int>(exit_code::network);
    client_->stop();
    loop_.stop();
  }
}

void console::take_state(ws_client_state state) {
  if (state == ws_client_state::ended) {
    status_ = static_cast<int>(refuses_token(last_close_code_) ? exit_code::usage : exit_code::network);
    return loop_.stop();
  }
  if (state == ws_client_state::live)
    last_problem_.clear();
  if (screen_)
    show_soon();
  else if (!options_.once && state == ws_client_state::live)
    say("-- 接続 live");
}

void console::show_soon() {
  if (std::exchange(show_posted_, true))
    return;
  // After what else has arrived, so that a burst is drawn once.
  boost::asio::post(loop_, [this] {
    show_posted_ = false;
    show();
  });
}

void console::show() {
  auto lines = board_text(board_, now());
  lines.insert(lines.begin(), {board_.clinic_name() + "  " + japan_time_text(now()), ""});
  screen_->draw(lines, status_text());
}

void console::show_every_second() {
  clock_.expires_after(std::chrono::seconds{1});
  clock_.async_wait([this](const boost::system::error_code& failed) {
    if (failed)
      return;
    show();
    show_every_second();
  });
}

void console::print_once() {
  say(board_.clinic_name() + "  " + japan_time_text(now()));
  say("");
  for (const auto& line : board_text(board_, now()))
    say(line);
  client_->stop();
  // Lets the goodbye leave.
  boost::asio::post(loop_, [this] { loop_.stop(); });
}

void console::say(const std::string& line) {
  if (!screen_)
    std::cout << line << std::endl;
}

std::string console::status_text() const {
  const auto live = client_->state() == ws_client_state::live;
  const auto age = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - client_->last_proof());
  auto text = std::string(" 接続 ") + (live ? "live" : "再接続中") + "  #" + std::to_string(board_.seq()) +
              "  最後の応答 " + std::to_string(age.count()) + " ms前";
  if (!live && !last_problem_.empty())
    text += "  (" + last_problem_ + ')';
  return text + "  Ctrl-C で終了 ";
}

} // namespace machiai
