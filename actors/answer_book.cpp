#include "actors/answer_book.hpp"

namespace machiai {

bool answer_book::begin(const command_origin& origin, const room_id& room) {
  const auto [it, is_new] = pages_.try_emplace(key{origin.who.id, origin.command});
  if (is_new) {
    it->second.room = room;
    it->second.digest = origin.digest;
  }
  return is_new;
}

bool answer_book::is_reused(const command_origin& origin) const {
  const auto it = pages_.find({origin.who.id, origin.command});
  return it != pages_.end() && !may_be_same(it->second.digest, origin.digest);
}

void answer_book::abandon(const room_id& room) {
  std::erase_if(pages_, [&](const auto& x) { return !x.second.answered && x.second.room == room; });
}

void answer_book::remember(const answer_record& x) {
  key id{x.principal, x.command};
  auto& kept = pages_[id];
  if (kept.answered)
    return;
  kept = {x.at, true, {}, x.digest, {x.seq, x.answer}};
  order_.push_back(std::move(id));
  forget(x.at);
}

void answer_book::forget(timestamp now) {
  while (!order_.empty()) {
    const auto oldest = pages_.find(order_.front());
    if (order_.size() <= answers_max_ && now - oldest->second.at <= remember_for_)
      break;
    pages_.erase(oldest);
    order_.pop_front();
  }
}

const answer_book::entry* answer_book::find(const person_id& who, const command_id& command) const {
  const auto it = pages_.find({who, command});
  return it == pages_.end() || !it->second.answered ? nullptr : &it->second.given;
}

std::vector<used_command> answer_book::commands_of(const person_id& who) const {
  std::vector<used_command> result;
  for (auto it = pages_.lower_bound({who, {}}); it != pages_.end() && it->first.first == who; ++it)
    if (it->second.answered)
      result.push_back({it->first.second, it->second.digest});
  return result;
}

std::vector<answer_record> answer_book::all() const {
  std::vector<answer_record> result;
  for (const auto& id : order_) {
    const auto& kept = pages_.at(id);
    result.push_back({id.first, id.second, kept.at, kept.given.seq, kept.given.answer, kept.digest});
  }
  return result;
}

} // namespace machiai
