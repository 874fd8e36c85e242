#include "actors/model/presence.hpp"

#include "config/error.hpp"

#include <algorithm>

namespace machiai {

presence presence::in_doubt_since(timestamp last_proof, milliseconds patience, timestamp not_before) {
  presence result(patience);
  result.present_ = true;
  result.last_proof_ = last_proof;
  result.doubt_since_ = last_proof;
  result.not_before_ = not_before;
  return result;
}

presence_edges presence::connect(const session_id& session, timestamp now) {
  auto edges = tick(now);
  const auto known =
      std::find_if(devices_.begin(), devices_.end(), [&](const device& x) { return x.session == session; });
  if (known == devices_.end())
    devices_.push_back({session, true, true});
  else
    known->live = true;
  if (!present_) {
    present_ = true;
    edges.push_back({presence_change::entered, now});
  } else if (doubt_since_) {
    edges.push_back({presence_change::stable, now});
  }
  doubt_since_.reset();
  last_proof_.reset();
  return edges;
}

presence_edges presence::doubt(const session_id& session, timestamp last_proof) {
  const auto it = std::find_if(devices_.begin(), devices_.end(), [&](const device& x) { return x.session == session; });
  if (it == devices_.end() || !it->live)
    return {};
  it->live = false;
  return silence(last_proof);
}

presence_edges presence::lose(const session_id& session, timestamp last_proof) {
  if (!has_device(session))
    return {};
  std::erase_if(devices_, [&](const device& x) { return x.session == session; });
  return silence(last_proof);
}

presence_edges presence::silence(timestamp last_proof) {
  last_proof_ = std::max(last_proof_.value_or(last_proof), last_proof);
  const auto any_live = std::any_of(devices_.begin(), devices_.end(), [](const device& x) { return x.live; });
  if (!present_ || any_live)
    return {};
  if (doubt_since_) {
    // A silent device that is now lost, or a second one: the doubt goes on, from the latest proof.
    doubt_since_ = last_proof_;
    return {};
  }
  doubt_since_ = last_proof_;
  return {{presence_change::unstable, *last_proof_}};
}

presence_edges presence::leave(const session_id& session, timestamp now) {
  if (auto overdue = tick(now); !overdue.empty())
    return overdue;
  if (!has_device(session) && !doubt_since_)
    return {};
  std::erase_if(devices_, [&](const device& x) { return x.session == session; });
  const auto any_live = std::any_of(devices_.begin(), devices_.end(), [](const device& x) { return x.live; });
  if (any_live)
    last_proof_ = now;
  if (!present_ || any_live)
    return {};
  end();
  return {{presence_change::left, now, leave_reason::left}};
}

presence_edges presence::leave_everywhere(timestamp now) {
  if (!present_)
    return {};
  const auto left_at = doubt_since_.value_or(now);
  end();
  return {{presence_change::left, left_at, leave_reason::left}};
}

void presence::replace(const session_id& session) {
  std::erase_if(devices_, [&](const device& x) { return x.session == session; });
  invariant(!present_ || !devices_.empty(), "whoever is replaced leaves a successor");
}

void presence::end() {
  devices_.clear();
  present_ = false;
  last_proof_.reset();
  doubt_since_.reset();
}

presence_edges presence::tick(timestamp now) {
  const auto due = deadline();
  if (!due || now < *due)
    return {};
  const auto left_at = *doubt_since_;
  end();
  return {{presence_change::left, left_at, leave_reason::lost}};
}

std::optional<timestamp> presence::deadline() const {
  if (!doubt_since_)
    return std::nullopt;
  return std::max(*doubt_since_ + patience_ + milliseconds{1}, not_before_);
}

void presence::set_attentive(const session_id& session, bool attentive) {
  for (auto& x : devices_)
    if (x.session == session)
      x.attentive = attentive;
}

bool presence::attentive() const {
  const auto any_live = std::any_of(devices_.begin(), devices_.end(), [](const device& x) { return x.live; });
  return !any_live ||
         std::any_of(devices_.begin(), devices_.end(), [](const device& x) { return x.live && x.attentive; });
}

bool presence::has_device(const session_id& session) const {
  return std::any_of(devices_.begin(), devices_.end(), [&](const device& x) { return x.session == session; });
}

std::vector<session_id> presence::sessions() const {
  std::vector<session_id> result;
  for (const auto& x : devices_)
    result.push_back(x.session);
  return result;
}

} // namespace machiai
