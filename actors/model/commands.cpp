#include "actors/model/commands.hpp"

namespace machiai {

room_id room_of(const person_command& command) {
  return std::visit([](const auto& x) { return x.room; }, command.value);
}

room_id room_of(const room_command& command) {
  return std::visit(
      [](const auto& x) {
        if constexpr (requires { x.room; })
          return x.room;
        else
          return x.appointment.room;
      },
      command.value);
}

} // namespace machiai
