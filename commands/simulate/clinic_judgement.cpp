#include "commands/client/json_members.hpp"
#include "commands/simulate/clinic_play.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

/// \file The half of a clinic's play that judges.
namespace machiai {

namespace {

namespace json = boost::json;
namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Past this the simulation itself was too slow to answer pings.
constexpr int64_t lag_excuse_ms = 1000;
/// Between a clock's milliseconds and the last proof that was noted by another one.
constexpr int64_t proof_slack_ms = 25;
constexpr uint16_t close_revoked = 4202;

std::string joined(std::initializer_list<const char*> names) {
  std::string text;
  for (const auto* name : names)
    text += (text.empty() ? "" : " or ") + std::string(name);
  return text;
}

} // namespace

void clinic_play::judge(const asked& result, const std::string& room, std::initializer_list<const char*> names,
                        const std::string& subject, const std::string& by) {
  const auto expected = joined(names);
  if (!result.ok)
    return model_.differ(room, 0, by + ": expected " + expected + ", was refused: " + result.code);
  const std::vector<std::string> allowed(names.begin(), names.end());
  model_.when(result.seq, [this, allowed, expected, result, room, subject, by] {
    const auto* found = model_.at(result.seq);
    if (!found)
      return;
    const auto& event = found->event;
    if (std::find(allowed.begin(), allowed.end(), event.name) == allowed.end() || found->room != room ||
        (!subject.empty() && event.subject != subject) || event.by != by)
      return model_.differ(room, result.seq,
                           "a command of " + by + " should end in " + expected + ' ' + subject + ", there is " +
                               event.name + ' ' + event.subject + " by " + event.by + " in " + found->room);
    play_.findings.note_sight(found->arrived_us - result.sent_us);
    if (!play_.skew.take(event.at_ms, result.sent_ms, result.answered_ms))
      model_.differ(room, result.seq, event.name + " has a time at which its command was not under way");
  });
}

void clinic_play::judge_refusal(const asked& result, const std::string& room, const char* code,
                                const std::string& what) {
  play_.findings.count("refusals probed");
  if (result.ok || result.code != code)
    model_.differ(room, result.seq,
                  what + ": expected the refusal " + code + ", got " + (result.ok ? "ok" : result.code));
}

void clinic_play::judge_doubt(const std::string& room, const told_event& event, int64_t last_proof_ms) {
  const auto [first, last] = devices_.equal_range(event.subject);
  size_t known = 0;
  for (auto it = first; it != last; ++it) {
    const auto& x = *it->second;
    ++known;
    if (x.room() != room || x.entered_seq() == 0 || x.entered_seq() >= event.seq)
      continue;
    if (play_.findings.worst_lag_ms() > lag_excuse_ms)
      play_.findings.count("doubts while the simulation was slow");
    else
      model_.differ(room, event.seq, event.subject + " is doubted though a device is connected");
  }
  if (known == 1)
    judge_proof(*first->second, room, event, last_proof_ms);
}

void clinic_play::judge_proof(const device& x, const std::string& room, const told_event& event,
                              int64_t last_proof_ms) {
  const auto& client = x.client();
  if (!client.cut_ms() || client.proven_ms() == 0)
    return;
  const auto earliest = play_.skew.earliest(client.proven_ms());
  const auto latest = play_.skew.latest(*client.cut_ms());
  if (!earliest || !latest)
    return;
  if (last_proof_ms < *earliest - proof_slack_ms)
    model_.differ(room, event.seq,
                  event.subject + " proved to be there " + std::to_string(*earliest - last_proof_ms) +
                      " ms after the last proof noted");
  if (last_proof_ms > *latest + proof_slack_ms)
    model_.differ(room, event.seq,
                  event.subject + " was cut off " + std::to_string(last_proof_ms - *latest) +
                      " ms before the last proof noted");
}

asio::awaitable<void> clinic_play::judge_end() {
  if (!first_)
    co_return;
  // Everything said must have arrived everywhere: the answer to one more command is behind it all.
  const auto caught_up = [this] { return second_sees_.seq() >= model_.seq(); };
  const auto in_step = co_await second_->changed().until(caught_up, 10s);
  if (!in_step)
    model_.differ("", second_sees_.seq(), "the second console has not caught up with " + std::to_string(model_.seq()));
  const json::object nothing;
  const std::string path = "/board";
  const auto answer = co_await http("GET", path, nothing);
  if (!answer.ok()) {
    model_.differ("", 0, "GET /board: " + answer.complaint());
    co_return;
  }
  const auto board = json::parse(answer.body);
  const auto seq = static_cast<uint64_t>(number_in(board.as_object(), "seq"));
  const auto arrived = [this, seq] { return model_.seq() >= seq; };
  const auto arrived_there = co_await first_->changed().until(arrived, 10s);
  if (!arrived_there)
    model_.differ("", seq, "the first console never came to the board's position");
  model_.compare_board(board.as_object());
}

asio::awaitable<void> clinic_play::judge_revocation() {
  if (!first_)
    co_return;
  const http_call what{"DELETE", "/v1/clinics/" + options_.clinic + "/keys/" + key_id_, {}, options_.operator_token};
  const auto answer = co_await call(what);
  if (!answer.ok()) {
    model_.differ("", 0, "DELETE /keys: " + answer.complaint());
    co_return;
  }
  const std::array consoles{first_.get(), second_.get()};
  for (auto* console : consoles) {
    const auto closed = [console] { return console->state() == ws_client_state::ended; };
    const auto ended = co_await console->changed().until(closed, 2s);
    if (!ended || console->close_code() != close_revoked)
      model_.differ("", 0, console->person() + " still listens two seconds after its key was revoked");
  }
}

} // namespace machiai
