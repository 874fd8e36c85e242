#include "tests/simulation/watch_checker.hpp"

#include <algorithm>

namespace machiai::test {

uint64_t number_in(const std::string& text, const std::string& name) {
  const auto at = text.find('"' + name + "\":");
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 3));
}

std::string word_in(const std::string& text, const std::string& name) {
  const auto at = text.find('"' + name + "\":\"");
  if (at == std::string::npos)
    return {};
  const auto start = at + name.size() + 4;
  return text.substr(start, text.find('"', start) - start);
}

std::string watch_checker::check(const session& who, const told& what) {
  switch (what.kind) {
  case told::what::snapshot:
    return check_snapshot(who, what);
  case told::what::frame:
    return check_frame(who, what);
  case told::what::answer:
    return check_answer(who, what);
  default:
    return {};
  }
}

std::string watch_checker::check_snapshot(const session& who, const told& what) {
  places_[who.id] = {what.position, false};
  const auto& events = disk_.clinics.at(who.clinic).events;
  if (what.position.seq > events.size())
    return "a snapshot of position " + std::to_string(what.position.seq) + " before the store has it";
  return {};
}

std::string watch_checker::check_frame(const session& who, const told& what) {
  const position at{static_cast<uint32_t>(number_in(what.text, "epoch")), number_in(what.text, "seq")};
  const auto& events = disk_.clinics.at(who.clinic).events;
  if (at.seq == 0 || at.seq > events.size())
    return "a frame of position " + std::to_string(at.seq) + " before the store has it";
  const auto& stored = events[at.seq - 1];
  if (stored.epoch != at.epoch || stored.kind != word_in(what.text, "name"))
    return "the frame of position " + std::to_string(at.seq) + " is not what the store has there";
  const auto known = places_.find(who.id);
  // A session that resumes starts from where its client was.
  const auto last = known != places_.end() ? known->second : place{who.position.value_or(position{}), false};
  const auto is_board = who.topic->audience == audience::staff;
  const auto more = what.text.find("\"more\":true") != std::string::npos;
  places_[who.id] = {at, more};
  if (is_board && last.more ? at.seq != last.at.seq : is_board && at.seq != last.at.seq + 1)
    return "position " + std::to_string(at.seq) + " follows " + std::to_string(last.at.seq) + " on the board";
  if (!is_board && at.seq <= last.at.seq)
    return "position " + std::to_string(at.seq) + " follows " + std::to_string(last.at.seq) + " on a visit";
  return {};
}

std::string watch_checker::check_answer(const session& who, const told& what) {
  if (word_in(what.text, "code") == "in_flight")
    return {};
  const auto [it, is_new] = answers_.try_emplace({who.clinic, {who.who.id, command_id{what.key}}}, what.text);
  if (!is_new && it->second != what.text)
    return "command " + what.key + " was answered " + it->second + " and then " + what.text;
  const auto& rows = disk_.clinics.at(who.clinic);
  const auto stored = std::count_if(rows.answers.begin(), rows.answers.end(), [&](const answer_record& x) {
    return x.principal == who.who.id && x.command.value == what.key && x.answer == what.text;
  });
  if (stored != 1)
    return "the answer to " + what.key + " is " + std::to_string(stored) + " times in the store: " + what.text;
  if (number_in(what.text, "seq") > rows.events.size())
    return "command " + what.key + " was acknowledged before the store has its events";
  return {};
}

} // namespace machiai::test
