#include "actors/model/call_roster.hpp"

#include <algorithm>

namespace machiai {

call_roster::joined call_roster::join(const call_endpoint& who, const session_id& session, size_t endpoints_max) {
  const auto known = std::ranges::find(members_, who, &member::who);
  if (known != members_.end()) {
    *known = {who, session, std::nullopt};
    return joined::again;
  }
  if (members_.size() >= endpoints_max)
    return joined::full;
  members_.push_back({who, session, std::nullopt});
  return joined::anew;
}

bool call_roster::leave(const call_endpoint& who, const session_id& session) {
  return !take_out([&](const member& x) { return x.who == who && x.session == session; }).empty();
}

void call_roster::lose(const session_id& session, timestamp at) {
  const auto known = std::ranges::find(members_, session, &member::session);
  if (known != members_.end() && !known->lost_at)
    known->lost_at = at;
}

std::vector<call_endpoint> call_roster::give_up(timestamp latest) {
  return take_out([&](const member& x) { return x.lost_at && *x.lost_at < latest; });
}

std::vector<call_endpoint> call_roster::keep(const std::function<bool(const person_id&)>& stays) {
  return take_out([&](const member& x) { return !stays(x.who.person); });
}

std::vector<call_endpoint> call_roster::take_out(const std::function<bool(const member&)>& which) {
  std::vector<call_endpoint> gone;
  std::erase_if(members_, [&](const member& x) {
    if (!which(x))
      return false;
    gone.push_back(x.who);
    return true;
  });
  return gone;
}

bool call_roster::has(const call_endpoint& who) const {
  return std::ranges::find(members_, who, &member::who) != members_.end();
}

std::optional<session_id> call_roster::session_of(const call_endpoint& who) const {
  const auto known = std::ranges::find(members_, who, &member::who);
  return known == members_.end() || known->lost_at ? std::nullopt : std::optional{known->session};
}

std::vector<call_endpoint> call_roster::endpoints() const {
  std::vector<call_endpoint> result;
  for (const auto& x : members_)
    result.push_back(x.who);
  return result;
}

std::vector<session_id> call_roster::sessions() const {
  std::vector<session_id> result;
  for (const auto& x : members_)
    if (!x.lost_at)
      result.push_back(x.session);
  return result;
}

} // namespace machiai
