#pragma once

#include <caf/expected.hpp>

#include <map>
#include <string>

namespace machiai {

/// The files of a folder, by their path in it with `/` between its parts.
using page_folder = std::map<std::string, std::string>;

/// Reads every file of `folder` and those below it, but for names that begin with a dot: `.vite` and such are of no
/// use to a browser. Error: `ec::bad_setting`, naming what is no regular file, a link that leads out of the folder, or
/// what cannot be read; and when all files together are larger than `bytes_max`.
caf::expected<page_folder> read_page_folder(const std::string& folder, std::size_t bytes_max);

} // namespace machiai
