#include "commands/watch/board_screen.hpp"

#include "commands/watch/board_text.hpp"

#include <algorithm>
#include <iostream>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace machiai {

namespace {

// ECMA-48 control sequences, and xterm's private modes: alternate screen, cursor, synchronized output (which terminals
// that do not know it ignore).
constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view leave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view begin_page = "\x1b[?2026h\x1b[H";
constexpr std::string_view end_page = "\x1b[J\x1b[?2026l";
constexpr std::string_view end_line = "\x1b[K";
constexpr std::string_view reverse = "\x1b[7m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view plain = "\x1b[0m";

struct window {
  size_t rows = 24;
  size_t columns = 80;
};

window window_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 2 || size.ws_col < 10)
    return {};
  return {size.ws_row, size.ws_col};
}

} // namespace

board_screen::board_screen() {
  std::cout << enter << std::flush;
}

board_screen::~board_screen() {
  std::cout << leave << std::flush;
}

bool board_screen::available() {
  return isatty(STDOUT_FILENO) == 1;
}

void board_screen::draw(const std::vector<std::string>& lines, const std::string& status) {
  const auto size = window_size();
  std::string page{begin_page};
  for (size_t i = 0; i < std::min(lines.size(), size.rows - 1); ++i) {
    const auto is_title = lines[i].starts_with("【");
    page += is_title ? bold : "";
    page += cut_to_width(lines[i], size.columns);
    page += is_title ? plain : "";
    page += end_line;
    page += "\r\n";
  }
  page += reverse;
  page += cut_to_width(status, size.columns);
  page += plain;
  page += end_line;
  page += end_page;
  std::cout << page << std::flush;
}

} // namespace machiai
