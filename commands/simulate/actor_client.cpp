#include "commands/simulate/actor_client.hpp"

#include "commands/client/json_members.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;
namespace asio = boost::asio;
using namespace std::chrono_literals;

/// The engine lets 50 commands a second pass.
constexpr int64_t pace_ms = 25;
constexpr auto answer_patience = 15s;
constexpr double repeat_part = 0.15;
constexpr double twice_part = 0.05;

/// Refusals that are no decision: the same id may be sent again.
bool is_passing(std::string_view code) {
  constexpr std::array<std::string_view, 5> words{"in_flight", "timed_out", "store_unavailable", "draining",
                                                  "rate_limited"};
  return std::find(words.begin(), words.end(), code) != words.end();
}

std::string_view code_in(const json::object& reply) {
  const auto* error = object_in(reply, "error");
  return error ? text_in(*error, "code") : std::string_view{};
}

} // namespace

actor_client::actor_client(play& given, std::string clinic, client_identity who, uint64_t seed)
    : play_(given), clinic_(std::move(clinic)), who_(std::move(who)), random_(seed), changed_(given.on),
      id_prefix_("c" + std::to_string(seed % 1'000'000) + '-') {
  ws_client_options options;
  options.server = play_.server;
  options.token = who_.token;
  options.room = who_.room;
  options.seed = seed;
  ws_client_handlers handlers;
  handlers.frame = [this](const json::object& frame, std::string_view text) { take(frame, text); };
  handlers.state = [this](ws_client_state state) { take_state(state); };
  handlers.closed = [this](uint16_t code, const std::string&) {
    close_code_ = code;
    changed_.notify();
  };
  client_ = std::make_shared<ws_client>(play_.on.loop(), play_.tls, std::move(options), std::move(handlers));
}

actor_client::~actor_client() {
  client_->stop();
}

void actor_client::cut(std::optional<stage::duration> away) {
  cut_ms_ = play_.on.now_ms();
  play_.findings.count("cuts");
  client_->cut(away);
}

asio::awaitable<bool> actor_client::live(stage::duration patience) {
  const auto is_live = [this] { return client_->state() == ws_client_state::live; };
  co_return co_await changed_.until(is_live, patience);
}

void actor_client::take_state(ws_client_state state) {
  if (state == ws_client_state::live) {
    cut_ms_.reset();
  } else {
    for (auto& [id, x] : commands_)
      x.loose = x.loose || x.answers < x.sendings;
  }
  changed_.notify();
}

void actor_client::take(const json::object& frame, std::string_view text) {
  const auto type = text_in(frame, "type");
  if (type == "reply")
    return take_answer(frame, text);
  if (type == "welcome" && std::exchange(welcomed_, true))
    play_.findings.count("resume " + std::string(text_in(frame, "outcome")));
  if (on_frame)
    on_frame(frame, text);
  changed_.notify();
}

void actor_client::take_answer(const json::object& frame, std::string_view text) {
  const auto found = commands_.find(std::string(text_in(frame, "id")));
  if (found == commands_.end())
    return play_.findings.differ(clinic_, "", 0, who_.person + " got an answer to a command it never gave");
  auto& command = found->second;
  ++command.answers;
  if (command.answers > command.sendings && !command.loose)
    play_.findings.differ(clinic_, "", 0, who_.person + " got more answers than it asked: " + std::string(text));
  const auto code = code_in(frame);
  if (is_passing(code))
    play_.findings.count("busy answers");
  if (!is_passing(code) && !command.final_text.empty() && command.final_text != text)
    play_.findings.differ(clinic_, "", 0,
                          who_.person + ": the same command got <" + command.final_text + "> and <" +
                              std::string(text) + '>');
  if (!is_passing(code) && command.final_text.empty()) {
    command.final_text = text;
    play_.findings.note_reply(play_.on.now_us() - command.sent_us);
  }
  // A final answer stands; a passing one only until the next.
  if (!command.result || is_passing(command.result->code)) {
    asked result;
    result.ok = flag_in(frame, "ok");
    result.code = code;
    result.seq = static_cast<uint64_t>(number_in(frame, "seq"));
    result.reply = frame;
    result.answered_ms = play_.on.now_ms();
    command.result = std::move(result);
  }
  changed_.notify();
}

asio::awaitable<void> actor_client::keep_pace() {
  const auto now = play_.on.now_ms();
  const auto turn = std::max(now, next_send_ms_);
  next_send_ms_ = turn + pace_ms;
  if (turn > now)
    co_await play_.on.sleep(stage::duration{turn - now});
}

void actor_client::send(sent_command& command, const std::string& text) {
  ++command.sendings;
  client_->send(text);
}

asio::awaitable<asked> actor_client::ask(const json::object& body) {
  co_await keep_pace();
  // Without a connection there is nothing to measure; the wait belongs to nobody.
  co_await live();
  const auto id = id_prefix_ + std::to_string(next_id_++);
  json::object frame{{"type", body.at("type")}, {"id", id}};
  for (const auto& member : body)
    if (member.key() != "type")
      frame[member.key()] = member.value();
  const auto text = json::serialize(frame);
  auto& command = commands_[id];
  const auto sent_ms = play_.on.now_ms();
  command.sent_us = play_.on.now_us();
  ++command.sendings;
  play_.findings.count("commands");
  client_->command(id, text, nullptr);
  if (chance(twice_part) && client_->state() == ws_client_state::live) {
    play_.findings.count("commands sent twice");
    send(command, text);
  }
  const auto answered = [&command] { return command.result && !is_passing(command.result->code); };
  const auto deadline = play_.on.now_ms() + std::chrono::milliseconds{answer_patience}.count();
  while (!answered() && play_.on.now_ms() < deadline) {
    const auto heard = [&command] { return command.result.has_value(); };
    const stage::duration left{std::max<int64_t>(deadline - play_.on.now_ms(), 1)};
    co_await changed_.until(heard, left);
    if (answered() || !command.result)
      continue;
    command.result.reset();
    if (command.answers < command.sendings)
      continue;
    // Busy: ask once more with the same id.
    co_await play_.on.sleep(100ms);
    send(command, text);
  }
  asked result = answered() ? *command.result : asked{};
  if (!answered())
    result.code = "no_answer";
  result.sent_ms = sent_ms;
  result.sent_us = command.sent_us;
  if (answered() && !command.loose)
    proven_ms_ = sent_ms;
  if (answered() && chance(repeat_part) && client_->state() == ws_client_state::live) {
    play_.findings.count("commands repeated");
    co_await keep_pace();
    if (client_->state() == ws_client_state::live)
      send(command, text);
  }
  co_return result;
}

asio::awaitable<void> actor_client::settle() {
  const auto complete = [this] {
    return client_->state() != ws_client_state::live ||
           std::all_of(commands_.begin(), commands_.end(),
                       [](const auto& x) { return x.second.loose || x.second.answers >= x.second.sendings; });
  };
  co_await changed_.until(complete, 5s);
  for (const auto& [id, x] : commands_)
    if (!x.loose && x.answers != x.sendings)
      play_.findings.differ(clinic_, "", 0,
                            who_.person + " sent " + id + ' ' + std::to_string(x.sendings) + " times and got " +
                                std::to_string(x.answers) + " answers");
}

} // namespace machiai
