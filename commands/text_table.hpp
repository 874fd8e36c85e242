#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// Columns a terminal needs for UTF-8 `text`: two for the wide characters of Chinese, Japanese and Korean, none for
/// combining marks, one for the rest.
size_t display_width(std::string_view text);

/// A table for people: columns aligned by display width, two blanks apart. Control characters in a cell, which could
/// come from a name and steer the terminal, print as `?`.
class text_table {
public:
  /// A heading that starts with `>` aligns its column to the right; the sign itself is not shown.
  explicit text_table(std::vector<std::string> headings);

  /// @pre as many cells as headings.
  void add_row(std::vector<std::string> cells);

  /// Writes headings and rows, each line after `indent` blanks.
  void print(std::ostream& out, size_t indent = 0) const;

private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> right_;
};

} // namespace machiai
