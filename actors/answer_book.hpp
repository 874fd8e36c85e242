#pragma once

#include "actors/principal.hpp"
#include "store/event_record.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace machiai {

/// Answers given to commands, by who asked and the command's id, so that the same id gets the same answer and has no
/// second effect. Bounded by number and age; pure.
class answer_book {
public:
  answer_book(size_t answers_max, milliseconds remember_for) : answers_max_(answers_max), remember_for_(remember_for) {}

  struct entry {
    uint64_t seq = 0;
    std::string answer;
  };

  /// A command is being worked on, by `room` unless that is empty. False when it already is, or has its answer.
  bool begin(const command_origin& origin, const room_id& room);

  /// The id was used before, and for something else.
  [[nodiscard]] bool is_reused(const command_origin& origin) const;

  /// What this room was working on will never be answered: those commands were never begun.
  void abandon(const room_id& room);

  /// The answer, in order of `at`.
  void remember(const answer_record& x);

  [[nodiscard]] const entry* find(const person_id& who, const command_id& command) const;

  /// Ids of a person's remembered commands, in no particular order.
  [[nodiscard]] std::vector<used_command> commands_of(const person_id& who) const;

  /// Everything remembered, oldest first, for the clinic's snapshot.
  [[nodiscard]] std::vector<answer_record> all() const;

private:
  using key = std::pair<person_id, command_id>;
  struct page {
    timestamp at;
    bool answered = false;
    room_id room;
    uint64_t digest = 0;
    entry given;
  };

  [[nodiscard]] const page* page_of(const person_id& who, const command_id& command) const;
  void forget(timestamp now);

  size_t answers_max_;
  milliseconds remember_for_;
  std::unordered_map<person_id, std::unordered_map<command_id, page>> pages_;
  std::deque<key> order_;
};

} // namespace machiai
