#include "tests/support/naive_presence.hpp"

#include <algorithm>

namespace machiai::test {

bool naive_presence::in_doubt() const {
  return present_ && std::all_of(devices_.begin(), devices_.end(), [](const auto& x) { return x.second.silent; });
}

int64_t naive_presence::latest_proof_ms() const {
  int64_t latest_ms = INT64_MIN;
  for (const auto& [id, x] : devices_)
    latest_ms = std::max(latest_ms, x.proof_ms);
  return latest_ms;
}

std::string naive_presence::pass(int64_t now_ms) {
  if (!in_doubt() || now_ms - latest_proof_ms() <= patience_ms_)
    return {};
  const auto text = "exit " + std::to_string(latest_proof_ms()) + " lost ";
  devices_.clear();
  present_ = false;
  return text;
}

std::string naive_presence::connect(const session_id& device, int64_t now_ms) {
  auto text = pass(now_ms);
  // A live device is a proof of now: what others proved before is of no interest any more.
  std::erase_if(devices_, [](const auto& x) { return x.second.gone; });
  for (auto& [id, x] : devices_)
    x.proof_ms = INT64_MIN;
  devices_[device] = {false, false, INT64_MIN};
  if (!present_)
    text += "enter " + std::to_string(now_ms) + ' ';
  present_ = true;
  return text;
}

std::string naive_presence::silent(const session_id& device, int64_t proof_ms, bool gone) {
  const auto known = devices_.find(device);
  if (known == devices_.end() || known->second.gone || (known->second.silent && !gone))
    return {};
  known->second = {true, gone, std::max(known->second.proof_ms, proof_ms)};
  return {};
}

std::string naive_presence::leave(const session_id& device, int64_t now_ms) {
  auto text = pass(now_ms);
  const auto known = devices_.find(device);
  if (!text.empty() || ((known == devices_.end() || known->second.gone) && !in_doubt()))
    return text;
  devices_[device] = {true, true, now_ms};
  if (std::any_of(devices_.begin(), devices_.end(), [](const auto& x) { return !x.second.silent; }))
    return {};
  devices_.clear();
  present_ = false;
  return "exit " + std::to_string(now_ms) + " left ";
}

std::string meter_edges(const presence_edges& edges) {
  std::string text;
  for (const auto& x : edges) {
    if (x.change == presence_change::entered)
      text += "enter " + std::to_string(x.at.ms) + ' ';
    if (x.change == presence_change::left)
      text += "exit " + std::to_string(x.at.ms) + (x.reason == leave_reason::lost ? " lost " : " left ");
  }
  return text;
}

} // namespace machiai::test
