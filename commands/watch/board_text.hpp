#pragma once

#include "commands/watch/live_board.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// The board as lines for a terminal, grouped by state: 未入室 with the minutes late, 待機中 by place in line, 診察中
/// with time, units and price that go on until `now`, 終了. A time of another day than that of `now` in Japan has its
/// date before it. Columns are aligned by display width.
std::vector<std::string> board_text(const live_board& board, timestamp now);

/// One line about the change that an `event` frame tells of, for a board that took the frame: time, number, event, who,
/// and where the visit stands now. Empty for other frames. A change that touches several rooms comes in several frames,
/// the first of which is about the room itself.
std::string change_text(const live_board& board, const boost::json::object& frame);

/// The beginning of `line` that fits into `columns`.
std::string cut_to_width(std::string_view line, size_t columns);

} // namespace machiai
