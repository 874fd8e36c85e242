#pragma once

#include <string_view>

namespace machiai {

/// The one path WebSockets are served at: `/ws`. A function in a source of its own so that `machiai-echo`, a program of
/// the tests, can be linked with another (tests/echo); nothing that an engine reads when it runs changes it.
std::string_view websocket_path();

} // namespace machiai
