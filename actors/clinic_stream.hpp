#pragma once

#include "actors/answer_book.hpp"
#include "actors/board_gauges.hpp"
#include "actors/clinic_messages.hpp"
#include "actors/environment.hpp"
#include "actors/frame_ring.hpp"
#include "actors/frames.hpp"
#include "actors/log_messages.hpp"
#include "actors/release_queue.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace machiai {

/// One clinic's ordered, durable stream, from decided events to encoded frames: numbers, folds, chains, encodes, and
/// holds everything that goes out until the log reports it durable. Owned by the clinic actor; talks to nobody itself.
class clinic_stream {
public:
  clinic_stream(const environment& shared, clinic_id id);

  /// Starts from what the store has. Fails with `ec::store_damaged` when that does not read.
  caf::error start(const clinic_woken& woken);

  [[nodiscard]] const clinic_id& id() const { return id_; }
  [[nodiscard]] const clinic_state& state() const { return state_; }
  [[nodiscard]] position where() const { return {epoch_, state_.position.seq}; }

  /// The newest event's hash.
  [[nodiscard]] const digest& head() const { return head_; }

  /// Gives the event the next number, folds it and writes its frames. Takes part in the turn.
  event number(const room_id& room, timestamp at, const author& by, const event_payload& payload);

  /// The one answer to a command, after its events; the first one stands if it had one before. Takes part in the turn.
  void answer(const command_origin& origin, timestamp at, const std::optional<caf::error>& refusal);

  /// A snapshot comes along with the turn, whether or not one is due.
  void add_snapshot();

  /// Goes to all shards with the turn, after its frames and before its answers: whoever has the answer may count on it.
  void announce(release_queue::message what);

  /// Ends the turn: what the log shall store, if anything. Its frames, news and answers are held until then.
  std::optional<append> end_turn();

  /// Sends `what` after everything before it is durable.
  void hold(std::optional<shard_key> to, release_queue::message what);

  /// The log has everything up to `ticket`: what may go out now.
  std::vector<release_queue::held> release(uint64_t ticket);

  /// Nothing is on its way to the log.
  [[nodiscard]] bool is_durable() const { return durable_ticket_ == last_ticket_; }

  /// Begins a command, which `room` works on unless that is empty. False when it is a repetition: `repeat` answers it.
  bool begin(const command_origin& origin, const room_id& room);
  /// The room died with what it was working on.
  void abandon(const room_id& room) { answers_.abandon(room); }
  /// The answer given before, `in_flight`, or `command_id_reused` when something else was asked then.
  void repeat(const command_origin& origin);
  [[nodiscard]] std::vector<used_command> answered_by(const person_id& who) const { return answers_.commands_of(who); }

  /// What a new watcher of `x.topic` gets first: what it missed since `x.resume` if that is still here, else a
  /// snapshot.
  void watch(const subscribe& x, subscribed& out);
  /// As `frame_writer::visits_of`, of now.
  [[nodiscard]] std::string visits_of(const person_id& patient, const std::optional<room_id>& room) const {
    return writer_.visits_of(state_, patient, room);
  }
  /// Writes no more frames for these; who comes back to one gets a snapshot.
  void forget_topics(const std::function<bool(const topic&)>& which);

private:
  void write_frames(const event& x);
  /// True when a client that has seen all up to there has seen this very stream: after a restore from a backup a former
  /// epoch may have gone on to what never happened.
  [[nodiscard]] bool is_of_this_stream(const position& seen) const;
  [[nodiscard]] board_counts counts_in(const room_id& room) const;
  [[nodiscard]] std::string text_of_repetition(const command_origin& origin) const;
  [[nodiscard]] answered reply(const command_origin& origin, std::string text) const;

  const environment& shared_;
  clinic_id id_;
  uint32_t epoch_ = 0;
  /// The last event of former epochs.
  position woken_at_;
  clinic_state state_;
  board_gauges gauges_;
  digest head_ = {};
  frame_writer writer_;
  frame_ring ring_;
  answer_book answers_;
  release_queue held_;
  uint64_t last_ticket_ = 0;
  uint64_t durable_ticket_ = 0;
  uint64_t snapshot_seq_ = 0;

  /// What the current turn adds.
  clinic_append turn_;
  std::vector<frame> turn_frames_;
  std::vector<release_queue::message> turn_news_;
  std::vector<answered> turn_answers_;
};

} // namespace machiai
