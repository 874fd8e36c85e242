#include "commands/text_table.hpp"

#include "config/error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace machiai {

namespace {

struct code_range {
  uint32_t first;
  uint32_t last;
};

/// East Asian Wide and Fullwidth (Unicode Standard Annex 11), as far as names and labels use them.
constexpr std::array wide_ranges{
    code_range{0x1100, 0x115F},   code_range{0x2E80, 0x303E},   code_range{0x3041, 0x33FF},
    code_range{0x3400, 0x4DBF},   code_range{0x4E00, 0x9FFF},   code_range{0xA000, 0xA4CF},
    code_range{0xA960, 0xA97C},   code_range{0xAC00, 0xD7A3},   code_range{0xF900, 0xFAFF},
    code_range{0xFE30, 0xFE6F},   code_range{0xFF00, 0xFF60},   code_range{0xFFE0, 0xFFE6},
    code_range{0x1B000, 0x1B16F}, code_range{0x1F300, 0x1F64F}, code_range{0x1F900, 0x1F9FF},
    code_range{0x20000, 0x3FFFD}};

/// Combining marks, variation selectors (names use the ideographic ones) and what joins or steers without showing.
constexpr std::array zero_ranges{code_range{0x0300, 0x036F}, code_range{0x200B, 0x200F},   code_range{0x3099, 0x309A},
                                 code_range{0xFE00, 0xFE0F}, code_range{0xE0100, 0xE01EF}, code_range{0xFEFF, 0xFEFF}};

template <size_t N>
bool is_in(const std::array<code_range, N>& ranges, uint32_t code) {
  return std::ranges::any_of(ranges, [code](const code_range& x) { return x.first <= code && code <= x.last; });
}

size_t width_of(uint32_t code) {
  if (is_in(zero_ranges, code))
    return 0;
  return is_in(wide_ranges, code) ? 2 : 1;
}

std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

} // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (size_t k = 1; k < length && i + k < text.size(); ++k)
      code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    width += width_of(code);
    i += length;
  }
  return width;
}

text_table::text_table(std::vector<std::string> headings) {
  for (auto& x : headings) {
    right_.push_back(x.starts_with('>'));
    if (right_.back())
      x.erase(0, 1);
  }
  rows_.push_back(std::move(headings));
}

void text_table::add_row(std::vector<std::string> cells) {
  invariant(cells.size() == right_.size(), "a row has a cell for every heading");
  std::ranges::transform(cells, cells.begin(), printable);
  rows_.push_back(std::move(cells));
}

void text_table::print(std::ostream& out, size_t indent) const {
  std::vector<size_t> widths(right_.size(), 0);
  for (const auto& row : rows_)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string filling(widths[i] - display_width(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (right_[i] ? filling + row[i] : row[i] + filling);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

} // namespace machiai
