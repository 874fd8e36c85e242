#include "actors/model/call_roster.hpp"

#include <algorithm>

namespace machiai {

call_roster::joined call_roster::join(const call_endpoint& who, const session_id& session, size_t endpoints_max) {
  const auto known = std::ranges::find(members_, who, &member::who);
  if (known != members_.end()) {
    known->session = session;
    return joined::again;
  }
  if (members_.size() >= endpoints_max)
    return joined::full;
  members_.push_back({who, session});
  return joined::anew;
}

bool call_roster::leave(const call_endpoint& who) {
  return std::erase_if(members_, [&](const member& x) { return x.who == who; }) > 0;
}

std::vector<call_endpoint> call_roster::keep(const std::function<bool(const person_id&)>& stays) {
  std::vector<call_endpoint> gone;
  std::erase_if(members_, [&](const member& x) {
    if (stays(x.who.person))
      return false;
    gone.push_back(x.who);
    return true;
  });
  return gone;
}

std::optional<session_id> call_roster::session_of(const call_endpoint& who) const {
  const auto known = std::ranges::find(members_, who, &member::who);
  return known == members_.end() ? std::nullopt : std::optional{known->session};
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
    result.push_back(x.session);
  return result;
}

} // namespace machiai
