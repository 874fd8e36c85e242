#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The simulation's own reading of domain.md 9.2, written without a look at the engine's meter: milliseconds and yen.
namespace machiai {

/// Somebody between entering a room and going out of it.
struct expected_stay {
  std::string person;
  bool is_doctor = false;
  int64_t enter_ms = 0;
  /// Empty while inside.
  std::optional<int64_t> exit_ms;
  /// Ended by a lost connection, not by anybody's word.
  bool lost = false;
};

struct expected_bill {
  int64_t doctor_in_room_ms = 0;
  int64_t units = 0;
  int64_t additional_participants = 0;
  int64_t total_yen_ex_tax = 0;
  friend bool operator==(const expected_bill&, const expected_bill&) = default;
};

/// The price of these stays; who is still inside counts until `now_ms`. Prices and patience are those of the contract:
/// 100 yen per 30 minutes begun, 50 for each additional person, 30 s for coming back after a loss.
expected_bill reckon(const std::vector<expected_stay>& stays, int64_t now_ms);

} // namespace machiai
