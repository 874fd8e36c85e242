#include "actors/watch_list.hpp"

#include <algorithm>

namespace machiai {

namespace {

void insert(std::vector<session_id>& sessions, const session_id& session) {
  if (std::find(sessions.begin(), sessions.end(), session) == sessions.end())
    sessions.push_back(session);
}

template <class Key>
void erase(std::map<Key, std::vector<session_id>>& from, const Key& key, const session_id& session) {
  const auto it = from.find(key);
  if (it == from.end())
    return;
  std::erase(it->second, session);
  if (it->second.empty())
    from.erase(it);
}

template <class Key>
void erase_shard(std::map<Key, std::vector<session_id>>& from, uint64_t engine, uint32_t shard) {
  for (auto& [key, sessions] : from)
    std::erase_if(sessions, [&](const session_id& x) { return x.engine == engine && shard_index(x) == shard; });
  std::erase_if(from, [](const auto& entry) { return entry.second.empty(); });
}

} // namespace

void watch_list::add(const session_id& session, const topic& what, const person_id& who) {
  insert(persons_[who], session);
  if (what.audience != audience::staff)
    insert(topics_[what], session);
}

void watch_list::remove(const session_id& session, const topic& what, const person_id& who) {
  erase(persons_, who, session);
  erase(topics_, what, session);
}

void watch_list::remove_shard(uint64_t engine, uint32_t shard) {
  erase_shard(persons_, engine, shard);
  erase_shard(topics_, engine, shard);
}

} // namespace machiai
