#pragma once

#include <string_view>

namespace machiai {

/// A named place where the fault tests may kill the process or throw. The engine is linked with a definition that does
/// nothing (config/fail_point.cpp); `machiai-faulty` brings its own (tests/support/fail_point.cpp), so nothing that an
/// engine reads when it runs can switch one on. Names stand in the source as literals, from which the tests list them.
void fail_point(std::string_view name);

} // namespace machiai
