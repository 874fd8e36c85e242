#pragma once

#include <string>
#include <vector>

namespace machiai {

/// Draws whole pages on the terminal behind stdout without flicker: every line is overwritten in place and only what is
/// left over is cleared. Uses the alternate screen, so that the shell's text comes back when it goes.
class board_screen {
public:
  board_screen();
  ~board_screen();
  board_screen(const board_screen&) = delete;
  board_screen& operator=(const board_screen&) = delete;

  /// Shows `lines` cut to the window, the last place kept for `status`.
  void draw(const std::vector<std::string>& lines, const std::string& status);

  /// True when stdout is a terminal.
  static bool available();
};

} // namespace machiai
