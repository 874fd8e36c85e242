#include "commands/simulate/device.hpp"

#include "commands/client/json_members.hpp"

namespace machiai {

namespace json = boost::json;
namespace asio = boost::asio;

device::device(play& given, expected_clinic& clinic, kind what, client_identity who, std::string room, uint64_t seed)
    : clinic_(clinic), kind_(what), room_(std::move(room)), client_(given, clinic.clinic(), std::move(who), seed),
      mirror_(clinic, client_.person()) {
  client_.on_frame = [this](const json::object& frame, std::string_view text) { take(frame, text); };
}

void device::take(const json::object& frame, std::string_view text) {
  if (kind_ == kind::doctor)
    return mirror_.take(frame, text);
  const auto type = text_in(frame, "type");
  if (type == "board" || type == "event")
    clinic_.differ(room_, static_cast<uint64_t>(number_in(frame, "seq")), person() + " is shown the clinic's board");
  if (type == "visit")
    take_visit(frame);
}

void device::take_visit(const json::object& frame) {
  const auto seq = static_cast<uint64_t>(number_in(frame, "seq"));
  const auto* visit = object_in(frame, "visit");
  if (!visit)
    return clinic_.differ(room_, seq, person() + " is told that the visit is gone");
  const auto of_guest = kind_ == kind::guest;
  if (text_in(*visit, "room") != room_)
    clinic_.differ(room_, seq, person() + " is shown another visit: " + std::string(text_in(*visit, "room")));
  const auto view = told_view(*visit, of_guest);
  if (!view)
    return clinic_.differ(room_, seq, person() + " is shown more or less than its role may see");
  last_view_ = *view;
  clinic_.check_view(room_, seq, of_guest, *view);
}

asio::awaitable<asked> device::enter() {
  const json::object command{{"type", kind_ == kind::doctor ? "enter_room" : "enter_waiting_room"}, {"room", room_}};
  auto result = co_await client_.ask(command);
  if (result.ok && !client_.is_cut())
    entered_seq_ = result.seq;
  co_return result;
}

asio::awaitable<asked> device::leave() {
  entered_seq_ = 0;
  const json::object command{{"type", "leave_room"}, {"room", room_}};
  co_return co_await client_.ask(command);
}

void device::cut(std::optional<stage::duration> away) {
  entered_seq_ = 0;
  client_.cut(away);
}

} // namespace machiai
