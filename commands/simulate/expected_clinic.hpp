#pragma once

#include "commands/simulate/expected_room.hpp"
#include "commands/simulate/report.hpp"
#include "commands/simulate/stage.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace machiai {

/// What the simulation believes about one clinic, position by position, from the frames of its first console: checks
/// that no position is missing, folds every event, compares every card with the model of its room and every visit's
/// place in line with its own. Rooms that the simulation did not book are left alone.
class expected_clinic {
public:
  /// A position as the first console saw it.
  struct change {
    told_event event;
    std::string room;
    int64_t arrived_us = 0;
    /// Of every frame's text, in order.
    std::vector<size_t> texts;
  };

  /// An empty `name` is learned from the first board.
  expected_clinic(stage& on, report& findings, std::string clinic, std::string name);

  /// A room that will be booked.
  expected_room& book(const std::string& room, expected_appointment appointment);
  /// @pre booked.
  expected_room& room(const std::string& room) { return *rooms_.at(room)->model; }

  /// A frame of the first console, in the order of arrival.
  void take(const boost::json::object& frame, std::string_view text);

  /// The newest position of which everything has come; 0 before the board.
  uint64_t seq() const noexcept { return seq_; }
  /// The position `seq`, or null when it lies before the first board or has not come.
  const change* at(uint64_t seq) const;

  /// Runs `what` once everything up to `seq` is folded: now, if it is.
  void when(uint64_t seq, std::function<void()> what);

  /// Judges a patient's or guest's view of its room as of `seq`.
  void check_view(const std::string& room, uint64_t seq, bool of_guest, const std::string& view);
  /// The view as it should be now.
  std::string view(const std::string& room, bool of_guest) const;

  /// Wakes scripts that wait for a room.
  wakeup& changed(const std::string& room) { return rooms_.at(room)->changed; }

  /// How the cards of a board (of `seq`, which must be the newest) differ from the ones known.
  void compare_board(const boost::json::object& board);

  /// Called for every doubt about a person, with its position and last proof.
  std::function<void(const std::string& room, const told_event& event, int64_t last_proof_ms)> on_doubt;

  const std::string& clinic() const noexcept { return clinic_; }
  const std::string& name() const noexcept { return name_; }

  void differ(const std::string& room, uint64_t seq, const std::string& what) {
    findings_.differ(clinic_, room, seq, what);
  }

private:
  struct seen_view {
    uint64_t seq = 0;
    std::string patient;
    std::string guest;
  };
  struct seen_room {
    explicit seen_room(stage& on) : changed(on) {}
    std::unique_ptr<expected_room> model;
    wakeup changed;
    /// As the last card said it; 0 for none.
    int64_t told_place = 0;
    /// By our own reckoning.
    int64_t place = 0;
    std::string last_card;
    std::vector<seen_view> views;
  };

  void take_event(const boost::json::object& frame, std::string_view text);
  void begin_position(const boost::json::object& frame, uint64_t seq);
  void fold(const boost::json::object* card);
  void take_card(const std::string& room, const boost::json::object& card);
  void end_position();
  void line_up();
  void judge_view(const std::string& room, uint64_t seq, bool of_guest, const std::string& view);

  stage& stage_;
  report& findings_;
  std::string clinic_;
  std::string name_;
  std::map<std::string, std::unique_ptr<seen_room>> rooms_;
  uint64_t seq_ = 0;
  /// The seq of the first entry of `changes_`.
  uint64_t first_seq_ = 0;
  std::deque<change> changes_;
  /// Frames of the newest position are still to come.
  bool more_ = false;
  std::vector<std::string> touched_;
  std::multimap<uint64_t, std::function<void()>> waiting_;
};

/// A view as one line that can be compared, from what a `visit` frame holds. Nothing when it holds anything that its
/// audience must not see or lacks what it needs.
std::optional<std::string> told_view(const boost::json::object& visit, bool of_guest);

} // namespace machiai
