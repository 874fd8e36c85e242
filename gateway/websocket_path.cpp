#include "gateway/websocket_path.hpp"

namespace machiai {

std::string_view websocket_path() {
  return "/ws";
}

} // namespace machiai
