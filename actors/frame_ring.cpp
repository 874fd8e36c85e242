#include "actors/frame_ring.hpp"

namespace machiai {

void frame_ring::push(const frame& x) {
  bytes_ += x.text.size();
  frames_.push_back(x);
  while (frames_.size() > frames_max_ || (bytes_ > bytes_max_ && !frames_.empty())) {
    dropped_up_to_ = frames_.front().position.seq;
    bytes_ -= frames_.front().text.size();
    frames_.pop_front();
  }
}

std::optional<std::vector<std::string>> frame_ring::since(const topic& which, uint64_t seq) const {
  const auto begun = begun_.find(which);
  if (begun == begun_.end() || seq < begun->second || seq < dropped_up_to_)
    return std::nullopt;
  std::vector<std::string> result;
  for (const auto& x : frames_)
    if (x.position.seq > seq && x.topic == which)
      result.push_back(x.text);
  return result;
}

} // namespace machiai
