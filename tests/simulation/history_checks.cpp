#include "tests/simulation/history_checks.hpp"

#include "actors/model/card.hpp"
#include "actors/model/waiting_line.hpp"
#include "store/event_codec.hpp"
#include "store/json_codec.hpp"
#include "store/verify.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace machiai::test {

namespace {

/// One room's stays by a fold that shares nothing with the engine's.
struct raw_stays {
  std::vector<stay> all;
  /// Of the first doctor's entry, whatever is said later.
  std::optional<tariff> price;
  std::map<person_id, timestamp> doubted;

  void enter(const participant_entered& x, timestamp at) {
    all.push_back({x.person, x.party, at, {}, {}});
    if (!price && x.party == party::doctor)
      price = x.price.value();
  }
  void exit(const person_id& who, timestamp at, leave_reason why) {
    for (auto& x : all)
      if (x.person == who && !x.exit) {
        x.exit = std::max(x.enter, at);
        x.reason = why;
      }
  }
  [[nodiscard]] timestamp proof(const person_id& who, timestamp at) const {
    const auto it = doubted.find(who);
    return it == doubted.end() ? at : it->second;
  }
  void happen(const event& x) {
    if (const auto* entered = std::get_if<participant_entered>(&x.payload.value))
      enter(*entered, x.at);
    else if (const auto* left = std::get_if<participant_left>(&x.payload.value))
      exit(left->person, left->left_at, left->reason);
    else if (const auto* back = std::get_if<participant_sent_back>(&x.payload.value))
      exit(back->person, proof(back->person, x.at), leave_reason::sent_back);
    else if (const auto* removed = std::get_if<participant_removed>(&x.payload.value))
      exit(removed->person, proof(removed->person, x.at), leave_reason::removed);
    if (const auto* unstable = std::get_if<participant_unstable>(&x.payload.value))
      doubted[unstable->person] = unstable->last_proof_at;
    else if (std::holds_alternative<participant_stable>(x.payload.value) ||
             std::holds_alternative<participant_left>(x.payload.value) ||
             std::holds_alternative<participant_removed>(x.payload.value))
      doubted.erase(subject_of(x.payload));
  }
};

boost::json::value card_of(const clinic_state& state, const room_id& room, std::optional<uint32_t> place) {
  return boost::json::parse(encode_json(staff_card(state, room, place, state.last_at)));
}

/// The meter runs with the time of its frame, so two looks at it differ.
void forget_meter(boost::json::value& card) {
  card.as_object().erase("meter");
}

/// The board a console has put together from what it was told.
std::map<std::string, boost::json::value> board_of(const client& who) {
  std::map<std::string, boost::json::value> cards;
  for (const auto& x : who.story) {
    if (x.kind != told::what::snapshot && x.kind != told::what::frame)
      continue;
    const auto text = boost::json::parse(x.text);
    if (x.kind == told::what::snapshot) {
      cards.clear();
      for (const auto& card : text.at("cards").as_array())
        cards[card.at("room").as_string().c_str()] = card;
    } else if (const std::string key = text.at("key").as_string().c_str(); key.starts_with("room:")) {
      cards.erase(key.substr(5));
      if (!text.at("card").is_null())
        cards[key.substr(5)] = text.at("card");
    }
  }
  return cards;
}

std::string check_board(const clinic_state& state, const client& who) {
  auto cards = board_of(who);
  const auto line = waiting_line(state);
  if (cards.size() != state.rooms.size())
    return "the board has " + std::to_string(cards.size()) + " cards, the log " + std::to_string(state.rooms.size());
  for (const auto& [id, room] : state.rooms) {
    const auto place = line.find(id);
    auto expected = card_of(state, id, place == line.end() ? std::nullopt : std::optional{place->second});
    auto& seen = cards[id.value];
    if (seen.is_null())
      return "the board lacks " + id.value;
    forget_meter(expected);
    forget_meter(seen);
    if (seen != expected)
      return "the board shows " + boost::json::serialize(seen) + ", the log says " + boost::json::serialize(expected);
  }
  return {};
}

/// That nothing in the log after `stay` ended it.
bool still_stands(const memory_log::clinic_rows& rows, const client& who, const client::stay& stay) {
  return std::none_of(rows.events.begin(), rows.events.end(), [&](const event_record& x) {
    if (x.seq <= stay.seq)
      return false;
    const auto closes = x.room == stay.room && (x.kind == consultation_ended::kind || x.kind == room_archived::kind ||
                                                x.kind == appointment_cancelled::kind);
    const auto removes = x.room == stay.room && x.subject == who.who.id && x.kind == participant_removed::kind;
    // A doctor who goes to another room, on whatever device, leaves this one even if that one refuses.
    const auto moves = who.who.role == role::doctor && x.subject == who.who.id && x.kind == participant_left::kind &&
                       x.author == "doctor:" + who.who.id.value;
    return closes || removes || moves;
  });
}

} // namespace

std::string check_numbering(const std::shared_ptr<memory_log>& disk, const clinic_id& clinic) {
  memory_event_store store(disk);
  const auto verified = verify_clinic(store, clinic);
  if (!verified)
    return "the history does not read: " + message_of(verified.error());
  const auto& fault = verified->fault;
  return fault ? "at seq " + std::to_string(fault->seq) + ": " + fault->reason : std::string{};
}

std::string check_one_answer(const memory_log::clinic_rows& rows) {
  std::set<std::pair<person_id, command_id>> seen;
  for (const auto& x : rows.answers)
    if (!seen.insert({x.principal, x.command}).second)
      return "command " + x.command.value + " of " + x.principal.value + " is stored with two answers";
  return {};
}

std::string check_one_room_per_doctor(const memory_log::clinic_rows& rows) {
  clinic_state state;
  for (const auto& record : rows.events) {
    apply(state, *to_event(record));
    std::set<person_id> inside;
    for (const auto& [id, room] : state.rooms)
      for (const auto& x : room.participants)
        if (x.party == party::doctor && x.whereabouts == whereabouts::in_room && !inside.insert(x.person).second)
          return "doctor " + x.person.value + " is in two rooms at seq " + std::to_string(record.seq);
  }
  return {};
}

std::string check_bills(const memory_log::clinic_rows& rows) {
  std::map<room_id, raw_stays> rooms;
  for (const auto& record : rows.events) {
    const auto x = *to_event(record);
    rooms[x.room].happen(x);
    if (const auto* ended = std::get_if<consultation_ended>(&x.payload.value)) {
      if (has_open_stay(rooms[x.room].all))
        return "somebody is still in " + x.room.value + " at its end";
      if (ended->bill != measure(rooms[x.room].all, rooms[x.room].price.value_or(tariff{})))
        return "the bill of " + x.room.value + " at seq " + std::to_string(record.seq) + " is not what its events say";
    }
    if (std::holds_alternative<room_archived>(x.payload.value))
      rooms.erase(x.room);
  }
  return {};
}

std::string check_effects(const memory_log::clinic_rows& rows, const std::map<std::string, size_t>& commands_by_kind) {
  for (const auto& [kind, commands] : commands_by_kind) {
    const auto happened = static_cast<size_t>(std::ranges::count(rows.events, kind, &event_record::kind));
    if (happened > commands)
      return std::to_string(commands) + " commands had " + std::to_string(happened) + " times the effect " + kind;
  }
  return {};
}

clinic_state fold(const memory_log::clinic_rows& rows) {
  clinic_state state;
  for (const auto& record : rows.events)
    apply(state, *to_event(record));
  return state;
}

std::string check_presence(const clinic_state& state, const memory_log::clinic_rows& rows,
                           const std::vector<client>& clients, const std::map<session_id, const session*>& sessions) {
  for (const auto& [id, room] : state.rooms)
    for (const auto& x : room.participants) {
      const auto wanted = std::any_of(sessions.begin(), sessions.end(), [&, room_key = id](const auto& s) {
        return s.second->who.id == x.person && s.second->rooms.contains(room_key);
      });
      if (is_present(x) && !wanted)
        return x.person.value + " counts as present in " + id.value + " without a connection";
      if (is_present(x) && x.unstable_since)
        return x.person.value + " is in doubt in " + id.value;
    }
  for (const auto& x : clients) {
    if (!x.inside || !still_stands(rows, x, *x.inside))
      continue;
    const auto* room = find_room(state, x.inside->room);
    const auto* known = room ? find_participant(*room, x.who.id) : nullptr;
    if (!known || !is_present(*known))
      return x.who.id.value + " is connected and was let into " + x.inside->room.value + " at seq " +
             std::to_string(x.inside->seq) + ", but is not present there";
  }
  return {};
}

std::string check_view(const clinic_state& state, const client& who) {
  if (who.what->audience == audience::staff)
    return check_board(state, who);
  const auto& room = who.what->room;
  if (!find_room(state, room))
    return {};
  boost::json::value seen;
  for (const auto& x : who.story)
    if (x.kind == told::what::snapshot || x.kind == told::what::frame)
      seen = boost::json::parse(x.text).at("visit");
  if (seen.is_null())
    return {};
  const auto line = waiting_line(state);
  const auto place = line.find(room);
  const auto at = place == line.end() ? std::nullopt : std::optional{place->second};
  const auto expected =
      boost::json::parse(who.what->audience == audience::patient ? encode_json(patient_card(state, room, at))
                                                                 : encode_json(guest_card(state, room)));
  if (seen != expected)
    return "the visit shows " + boost::json::serialize(seen) + ", the log says " + boost::json::serialize(expected);
  return {};
}

} // namespace machiai::test
