#include "config/fail_point.hpp"

namespace machiai {

// Alone in its file: a program that defines the function itself then takes nothing of this one from the archive.
void fail_point(std::string_view) {}

} // namespace machiai
