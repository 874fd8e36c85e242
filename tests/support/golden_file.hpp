#pragma once

#include <string>
#include <vector>

namespace machiai::test {

/// The lines of `tests/golden/NAME`; none when there is no such file.
std::vector<std::string> golden_lines(const std::string& name);

/// True when `lines` are `tests/golden/NAME`, byte by byte; otherwise it says where they differ first. With
/// MACHIAI_WRITE_GOLDEN=1 it writes the file instead, and is false all the same: a golden file changes on purpose only.
bool is_golden(const std::string& name, const std::vector<std::string>& lines);

} // namespace machiai::test
