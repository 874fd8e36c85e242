#pragma once

#include "config/settings.hpp"

#include <caf/expected.hpp>

#include <map>
#include <string>
#include <string_view>

namespace machiai {

/// Environment variables by name.
using environment_variables = std::map<std::string, std::string>;

/// The variables of this process whose name begins with `MACHIAI_`.
environment_variables machiai_environment();

/// Reads a TOML file, then the environment (which wins), then checks everything (config/validate_settings.hpp). An
/// empty path means no file: defaults and environment. Each setting of the table has the variable
/// `MACHIAI_<SECTION>_<KEY>`; items of a list are separated by commas. A section, key or variable of one of our
/// sections that does not exist is an error, so that a misspelt limit cannot pass for a set one.
///
/// Errors: `ec::bad_setting` with a message such as
/// `machiai.toml:12: connection.message_bytes_max: 10 is below its minimum 1024`, which always begins with the file and
/// line, the variable or the word `default`, and `ec::system_failure` when the file cannot be read.
caf::expected<settings> load_settings(const std::string& path,
                                      const environment_variables& variables = machiai_environment());

/// The same for text in memory; `file` is what messages call it.
caf::expected<settings> parse_settings(std::string_view toml, std::string_view file,
                                       const environment_variables& variables);

} // namespace machiai
