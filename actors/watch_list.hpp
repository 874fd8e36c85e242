#pragma once

#include "actors/model/session_id.hpp"
#include "actors/topic.hpp"

#include <map>
#include <vector>

namespace machiai {

/// Which visits and persons of a clinic have sessions, so that what nobody watches can be let go. The staff's board is
/// always kept and not counted. Owned by the clinic actor.
class watch_list {
public:
  /// A session that is added again, also with another topic, counts once each.
  void add(const session_id& session, const topic& what, const person_id& who);
  void remove(const session_id& session, const topic& what, const person_id& who);
  /// All sessions of one shard are gone.
  void remove_shard(uint64_t engine, uint32_t shard);

  [[nodiscard]] bool has(const topic& what) const { return what.audience == audience::staff || topics_.contains(what); }
  [[nodiscard]] bool has(const person_id& who) const { return persons_.contains(who); }

private:
  std::map<topic, std::vector<session_id>> topics_;
  std::map<person_id, std::vector<session_id>> persons_;
};

} // namespace machiai
