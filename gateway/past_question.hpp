#pragma once

#include "store/ids.hpp"
#include "store/timestamp.hpp"

#include <string>
#include <variant>

namespace machiai {

/// A month such as `2026-11`, as the client gave it.
struct month_statement {
  std::string month;
  friend bool operator==(const month_statement&, const month_statement&) = default;
};

/// The board as it was at a time, not one to come.
struct past_board {
  timestamp at;
  friend bool operator==(const past_board&, const past_board&) = default;
};

/// What is answered from a clinic's stored events instead of by its actor.
struct past_question {
  clinic_id clinic;
  std::variant<month_statement, past_board> what;
  friend bool operator==(const past_question&, const past_question&) = default;
};

} // namespace machiai
