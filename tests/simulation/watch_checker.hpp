#pragma once

#include "tests/support/simulated_shard.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace machiai::test {

/// Looks at everything a session is told, at the moment it is told:
/// - positions of the board have neither gap nor repetition, also across a resume; those of a visit rise;
/// - whatever is visible is in the store, under this name;
/// - whatever is acknowledged is in the store;
/// - a command has one answer.
class watch_checker {
public:
  explicit watch_checker(const memory_log& disk) : disk_(disk) {}

  /// The first thing wrong; empty for nothing.
  std::string check(const session& who, const told& what);

private:
  struct place {
    position at;
    bool more = false;
  };

  std::string check_frame(const session& who, const told& what);
  std::string check_snapshot(const session& who, const told& what);
  std::string check_answer(const session& who, const told& what);

  const memory_log& disk_;
  std::map<session_id, place> places_;
  std::map<std::pair<clinic_id, std::pair<person_id, command_id>>, std::string> answers_;
};

/// The number after `"name":` in a JSON text; 0 when there is none.
uint64_t number_in(const std::string& text, const std::string& name);
/// The string after `"name":"`.
std::string word_in(const std::string& text, const std::string& name);

} // namespace machiai::test
