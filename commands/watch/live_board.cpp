#include "commands/watch/live_board.hpp"

#include "commands/client/json_members.hpp"
#include "store/json_codec.hpp"

#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

} // namespace

bool live_board::take(const json::object& frame) {
  const auto type = text_in(frame, "type");
  if (type != "board" && type != "event")
    return true;
  if (const auto at = parse_rfc3339(text_in(frame, "at")))
    at_ = *at;
  if (const auto* seq = frame.if_contains("seq"); seq && seq->is_number())
    seq_ = seq->to_number<uint64_t>();
  if (const auto* clinic = frame.if_contains("clinic"); clinic && clinic->is_object())
    clinic_ = text_in(clinic->get_object(), "name");
  return type == "board" ? take_board(frame) : take_card(frame);
}

bool live_board::take_board(const json::object& frame) {
  const auto* given = frame.if_contains("cards");
  if (!given)
    return false;
  auto read = decode_json<std::vector<room_card>>(*given, decode_policy::stored);
  if (!read)
    return false;
  cards_.clear();
  for (auto& card : *read) {
    auto id = card.room;
    cards_.insert_or_assign(std::move(id), shown_card{std::move(card), at_});
  }
  return true;
}

bool live_board::take_card(const json::object& frame) {
  constexpr std::string_view room_prefix = "room:";
  const auto key = text_in(frame, "key");
  if (!key.starts_with(room_prefix))
    return true;
  const room_id room{std::string(key.substr(room_prefix.size()))};
  const auto* given = frame.if_contains("card");
  if (!given || given->is_null()) {
    cards_.erase(room);
    return true;
  }
  auto card = decode_json<room_card>(*given, decode_policy::stored);
  if (!card)
    return false;
  cards_.insert_or_assign(room, shown_card{std::move(*card), at_});
  return true;
}

} // namespace machiai
