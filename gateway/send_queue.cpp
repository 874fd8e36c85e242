#include "gateway/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace machiai {

std::size_t& send_queue::counter(frame_kind kind) {
  switch (kind) {
  case frame_kind::state:
    return state_bytes_;
  case frame_kind::snapshot:
    return snapshot_bytes_;
  default:
    return reserved_bytes_;
  }
}

/// State frames make room for themselves.
bool send_queue::has_room_for(const outgoing_frame& frame) const {
  const auto size = frame.bytes->size();
  switch (frame.kind) {
  case frame_kind::state:
    return true;
  case frame_kind::snapshot:
    return snapshot_bytes_ == 0 || frame.key == snapshot_key_ || snapshot_bytes_ + size <= limits_->reserved_bytes;
  default:
    const auto extra = frame.kind == frame_kind::control ? limits_->control_bytes : 0;
    return reserved_bytes_ == 0 || reserved_bytes_ + size <= limits_->reserved_bytes + extra;
  }
}

send_queue::push_result send_queue::push(outgoing_frame frame) {
  const auto size = frame.bytes->size();
  const bool is_state = frame.kind == frame_kind::state;
  if (is_state && overflowed_)
    return push_result::dropped;
  if (!has_room_for(frame))
    return push_result::refused;
  if (frame.kind == frame_kind::snapshot)
    snapshot_key_ = frame.key;
  bool replaced = false;
  if (is_state && frame.key != 0 && conflating()) {
    if (!places_)
      collapse();
    const auto place = places_->find(frame.key);
    if (place != places_->end() && !(place->second == head_ && offset_ > 0)) {
      erase(place->second);
      replaced = true;
    }
  } else if (!conflating()) {
    places_.reset();
  }
  if (is_state && state_bytes_ > 0 && state_bytes_ + size > limits_->hard_bytes) {
    drop_state();
    overflowed_ = true;
    return push_result::overflowed;
  }
  if (places_ && is_state && frame.key != 0)
    (*places_)[frame.key] = items_.size();
  counter(frame.kind) += size;
  ++live_;
  items_.push_back(std::move(frame));
  if (items_.size() - head_ > 2 * live_ + 16)
    compact();
  return replaced ? push_result::conflated : push_result::queued;
}

std::size_t send_queue::gather(std::span<iovec> out, std::size_t bytes_max) const {
  std::size_t count = 0;
  std::size_t total = 0;
  auto offset = offset_;
  for (auto at = head_; at < items_.size() && count < out.size() && total < bytes_max; ++at) {
    if (!items_[at].bytes)
      continue;
    const auto& bytes = *items_[at].bytes;
    const auto size = std::min(bytes.size() - offset, bytes_max - total);
    // writev does not change what it sends; its interface predates const.
    out[count++] = {const_cast<char*>(bytes.data()) + offset, size};
    total += size;
    offset = 0;
  }
  return count;
}

std::size_t send_queue::consume(std::size_t bytes) {
  std::size_t completed = 0;
  handed_over_ += bytes;
  while (live_ > 0) {
    auto& item = items_[head_];
    if (!item.bytes) {
      ++head_;
      continue;
    }
    const auto rest = item.bytes->size() - offset_;
    const auto taken = std::min(rest, bytes);
    counter(item.kind) -= taken;
    bytes -= taken;
    if (taken < rest) {
      offset_ += taken;
      break;
    }
    offset_ = 0;
    ++completed;
    --live_;
    if (places_ && item.key != 0 && item.kind == frame_kind::state)
      if (const auto place = places_->find(item.key); place != places_->end() && place->second == head_)
        places_->erase(place);
    item.bytes.reset();
    ++head_;
  }
  compact();
  return completed;
}

void send_queue::drop_state() {
  for (auto at = head_; at < items_.size(); ++at)
    if (items_[at].bytes && items_[at].kind == frame_kind::state && !(at == head_ && offset_ > 0))
      erase(at);
  places_.reset();
  compact();
}

bool send_queue::take_drained() {
  if (!overflowed_ || live_ > 0)
    return false;
  overflowed_ = false;
  return true;
}

void send_queue::erase(std::size_t position) {
  auto& item = items_[position];
  counter(item.kind) -= item.bytes->size();
  item.bytes.reset();
  --live_;
}

void send_queue::collapse() {
  places_ = std::make_unique<std::unordered_map<uint64_t, std::size_t>>();
  for (auto at = head_; at < items_.size(); ++at) {
    const auto& item = items_[at];
    if (!item.bytes || item.kind != frame_kind::state || item.key == 0 || (at == head_ && offset_ > 0))
      continue;
    const auto [place, is_new] = places_->try_emplace(item.key, at);
    if (!is_new)
      erase(std::exchange(place->second, at));
  }
}

void send_queue::compact() {
  if (live_ == 0) {
    // Idle connections are many: they give their memory back.
    std::vector<outgoing_frame>().swap(items_);
    places_.reset();
    head_ = 0;
    return;
  }
  while (!items_[head_].bytes)
    ++head_;
  if (items_.size() - head_ <= 2 * live_ + 16 && head_ <= items_.size() / 2)
    return;
  std::erase_if(items_, [](const outgoing_frame& item) { return !item.bytes; });
  head_ = 0;
  if (!places_)
    return;
  places_->clear();
  for (std::size_t at = 0; at < items_.size(); ++at)
    if (items_[at].kind == frame_kind::state && items_[at].key != 0 && !(at == 0 && offset_ > 0))
      (*places_)[items_[at].key] = at;
}

} // namespace machiai
