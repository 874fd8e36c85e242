#include "commands/client/ws_client.hpp"

#include "commands/client/json_members.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr milliseconds beat_slack{10'000};

position position_in(const json::object& frame) {
  return {static_cast<uint32_t>(number_in(frame, "epoch")), static_cast<uint64_t>(number_in(frame, "seq"))};
}

} // namespace

ws_client::ws_client(boost::asio::io_context& loop, boost::asio::ssl::context* tls, ws_client_options options,
                     ws_client_handlers handlers)
    : loop_(loop), tls_(tls), options_(std::move(options)), handlers_(std::move(handlers)), timer_(loop),
      random_(options_.seed), last_proof_(std::chrono::steady_clock::now()) {}

ws_client::~ws_client() {
  if (link_)
    link_->close();
}

void ws_client::start() {
  connect();
}

void ws_client::stop() {
  timer_.cancel();
  stopped_ = true;
  state_ = ws_client_state::ended;
  if (const auto link = std::exchange(link_, nullptr))
    link->close();
}

void ws_client::cut(std::optional<milliseconds> away) {
  if (state_ == ws_client_state::ended)
    return;
  if (const auto link = std::exchange(link_, nullptr))
    link->reset();
  if (away)
    return retry_after(*away);
  timer_.cancel();
  set_state(ws_client_state::ended);
}

void ws_client::connect() {
  set_state(ws_client_state::connecting);
  const std::weak_ptr<ws_client> weak = weak_from_this();
  // Who owns the client may let go of it while a handler runs.
  const auto with_self = [weak](auto what) {
    if (const auto self = weak.lock())
      what(*self);
  };
  ws_link_handlers handlers;
  handlers.opened = [with_self] { with_self([](ws_client& self) { self.say_hello(); }); };
  handlers.text = [with_self](std::string_view text) { with_self([text](ws_client& self) { self.take(text); }); };
  handlers.proof = [with_self] {
    with_self([](ws_client& self) { self.last_proof_ = std::chrono::steady_clock::now(); });
  };
  handlers.ended = [with_self](uint16_t code, const std::string& reason) {
    with_self([code, &reason](ws_client& self) { self.lost(code, reason); });
  };
  link_ = open_ws_link(loop_, tls_, options_.server, options_.connect_timeout, std::move(handlers));
}

void ws_client::say_hello() {
  json::object frame{{"type", "hello"}, {"token", options_.token}};
  if (!options_.room.empty())
    frame["room"] = options_.room;
  if (seen_)
    frame["resume"] = {{"epoch", seen_->epoch}, {"seq", seen_->seq}};
  link_->send(json::serialize(frame));
  expect_proof_within(options_.connect_timeout);
}

void ws_client::take(std::string_view text) {
  last_proof_ = std::chrono::steady_clock::now();
  boost::system::error_code failed;
  const auto value = json::parse(text, failed);
  const auto* frame = value.if_object();
  if (failed || !frame) {
    const auto link = std::exchange(link_, nullptr);
    link->reset();
    return lost(0, "the server sent what is no JSON object");
  }
  const auto type = text_in(*frame, "type");
  if (type == "welcome")
    take_welcome(*frame);
  else if (type == "board" || type == "event" || type == "visit")
    take_state(*frame);
  else if (type == "reconnect")
    window_ = milliseconds{number_in(*frame, "window_ms")};
  if (handlers_.frame && !stopped_)
    handlers_.frame(*frame, text);
  if (type == "reply" && state_ != ws_client_state::ended)
    take_reply(*frame, text);
  if (type == "beat" && link_)
    take_beat(*frame);
}

void ws_client::take_welcome(const json::object& frame) {
  attempts_ = 0;
  window_.reset();
  welcomed_seq_ = static_cast<uint64_t>(number_in(frame, "seq"));
  if (text_in(frame, "outcome") == "nothing_missed")
    advance(position_in(frame));
  const milliseconds beat{number_in(frame, "beat_ms")};
  silence_max_ = beat + beat_slack;
  expect_proof_within(silence_max_);
  for (const auto& [id, open] : open_commands_)
    link_->send(open.text);
  set_state(ws_client_state::live);
}

void ws_client::take_state(const json::object& frame) {
  if (!frame.contains("more"))
    advance(position_in(frame));
}

void ws_client::advance(position to) {
  if (!seen_ || seen_->seq <= to.seq)
    seen_ = to;
}

void ws_client::take_beat(const json::object& frame) {
  const auto top = position_in(frame);
  // Frames arrive in order, so by the beat everything of the welcome has arrived too.
  if (top.seq > std::max(seen_.value_or(position{}).seq, welcomed_seq_)) {
    const auto link = std::exchange(link_, nullptr);
    link->close();
    return lost(4000, "a frame is missing");
  }
  advance(top);
}

void ws_client::take_reply(const json::object& frame, std::string_view text) {
  const auto found = open_commands_.find(std::string(text_in(frame, "id")));
  if (found == open_commands_.end())
    return;
  const auto on_reply = std::move(found->second.on_reply);
  open_commands_.erase(found);
  if (on_reply)
    on_reply(frame, text);
}

void ws_client::command(const std::string& id, std::string text, reply_handler on_reply) {
  const auto& added = open_commands_.insert_or_assign(id, open_command{std::move(text), std::move(on_reply)}).first;
  send(added->second.text);
}

void ws_client::send(std::string text) {
  if (state_ == ws_client_state::live && link_)
    link_->send(std::move(text));
}

void ws_client::lost(uint16_t code, const std::string& reason) {
  link_ = nullptr;
  if (handlers_.closed && !stopped_)
    handlers_.closed(code, reason);
  if (state_ == ws_client_state::ended)
    return;
  if (code >= 4200 && code < 4300) {
    timer_.cancel();
    return set_state(ws_client_state::ended);
  }
  retry_after(delay_for(code));
}

milliseconds ws_client::delay_for(uint16_t code) {
  if (const auto window = std::exchange(window_, std::nullopt))
    return jitter(*window);
  const auto attempt = attempts_++;
  // At once, but only once: a server that keeps saying so would be hammered.
  if (code >= 4000 && code < 4100 && attempt == 0)
    return milliseconds{0};
  const milliseconds grown{options_.backoff_first.count() << std::min<uint32_t>(attempt, 20)};
  return jitter(std::min(grown, options_.backoff_max));
}

milliseconds ws_client::jitter(milliseconds most) {
  return milliseconds{std::uniform_int_distribution<int64_t>{0, most.count()}(random_)};
}

void ws_client::retry_after(milliseconds delay) {
  set_state(ws_client_state::waiting);
  timer_.expires_after(delay);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (!failed && self && self->state_ == ws_client_state::waiting)
      self->connect();
  });
}

void ws_client::expect_proof_within(milliseconds time) {
  timer_.expires_at(last_proof_ + time);
  if (state_ == ws_client_state::connecting)
    timer_.expires_after(time);
  timer_.async_wait([weak = weak_from_this(), time](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (failed || !self || !self->link_)
      return;
    const auto live = self->state_ == ws_client_state::live;
    if (live && std::chrono::steady_clock::now() < self->last_proof_ + time)
      return self->expect_proof_within(time);
    const auto link = std::exchange(self->link_, nullptr);
    link->reset();
    self->lost(0, live ? "the server is silent" : "no welcome in time");
  });
}

void ws_client::set_state(ws_client_state state) {
  state_ = state;
  if (handlers_.state && !stopped_)
    handlers_.state(state);
}

} // namespace machiai
