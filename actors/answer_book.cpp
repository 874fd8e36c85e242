#include "actors/answer_book.hpp"

#include <iterator>

namespace machiai {

const answer_book::page* answer_book::page_of(const person_id& who, const command_id& command) const {
  const auto of_person = pages_.find(who);
  if (of_person == pages_.end())
    return nullptr;
  const auto it = of_person->second.find(command);
  return it == of_person->second.end() ? nullptr : &it->second;
}

bool answer_book::begin(const command_origin& origin, const room_id& room) {
  const auto [it, is_new] = pages_[origin.who.id].try_emplace(origin.command);
  if (is_new) {
    it->second.room = room;
    it->second.digest = origin.digest;
  }
  return is_new;
}

bool answer_book::is_reused(const command_origin& origin) const {
  const auto* known = page_of(origin.who.id, origin.command);
  return known && !may_be_same(known->digest, origin.digest);
}

void answer_book::abandon(const room_id& room) {
  for (auto it = pages_.begin(); it != pages_.end();) {
    std::erase_if(it->second, [&](const auto& x) { return !x.second.answered && x.second.room == room; });
    it = it->second.empty() ? pages_.erase(it) : std::next(it);
  }
}

void answer_book::remember(const answer_record& x) {
  auto& kept = pages_[x.principal][x.command];
  if (kept.answered)
    return;
  kept = {x.at, true, {}, x.digest, {x.seq, x.answer}};
  order_.emplace_back(x.principal, x.command);
  forget(x.at);
}

void answer_book::forget(timestamp now) {
  while (!order_.empty()) {
    const auto& [who, command] = order_.front();
    const auto of_person = pages_.find(who);
    const auto oldest = of_person->second.find(command);
    if (order_.size() <= answers_max_ && now - oldest->second.at <= remember_for_)
      break;
    of_person->second.erase(oldest);
    if (of_person->second.empty())
      pages_.erase(of_person);
    order_.pop_front();
  }
}

const answer_book::entry* answer_book::find(const person_id& who, const command_id& command) const {
  const auto* known = page_of(who, command);
  return known && known->answered ? &known->given : nullptr;
}

std::vector<used_command> answer_book::commands_of(const person_id& who) const {
  std::vector<used_command> result;
  if (const auto of_person = pages_.find(who); of_person != pages_.end())
    for (const auto& [command, kept] : of_person->second)
      if (kept.answered)
        result.push_back({command, kept.digest});
  return result;
}

std::vector<answer_record> answer_book::all() const {
  std::vector<answer_record> result;
  for (const auto& [who, command] : order_) {
    const auto& kept = *page_of(who, command);
    result.push_back({who, command, kept.at, kept.given.seq, kept.given.answer, kept.digest});
  }
  return result;
}

} // namespace machiai
