#include "actors/board_gauges.hpp"

#include "metrics/engine_metrics.hpp"

namespace machiai {

board_counts& board_counts::operator+=(const board_counts& x) {
  waiting += x.waiting;
  in_room += x.in_room;
  unstable += x.unstable;
  in_consultation += x.in_consultation;
  return *this;
}

board_counts operator-(const board_counts& a, const board_counts& b) {
  return {a.waiting - b.waiting, a.in_room - b.in_room, a.unstable - b.unstable, a.in_consultation - b.in_consultation};
}

board_counts counts_of(const room_state& room) {
  board_counts result;
  for (const auto& x : room.participants) {
    if (!is_present(x))
      continue;
    ++(x.whereabouts == whereabouts::waiting ? result.waiting : result.in_room);
    if (x.unstable_since)
      ++result.unstable;
  }
  result.in_consultation = phase_of(room) == room_phase::in_consultation ? 1 : 0;
  return result;
}

void board_gauges::start(const clinic_state& state) {
  board_counts sum;
  for (const auto& [id, room] : state.rooms)
    sum += counts_of(room);
  set(sum);
}

void board_gauges::change(const board_counts& before, const board_counts& after) {
  auto share = share_;
  share += after - before;
  set(share);
}

void board_gauges::set(const board_counts& share) {
  if (!metrics_)
    return;
  const auto change = share - share_;
  share_ = share;
  metrics_->people(presence_label::waiting).add(change.waiting);
  metrics_->people(presence_label::in_room).add(change.in_room);
  metrics_->people(presence_label::unstable).add(change.unstable);
  metrics_->rooms_in_consultation.add(change.in_consultation);
}

actor_label label_of(party which) {
  switch (which) {
  case party::doctor:
    return actor_label::doctor;
  case party::patient:
    return actor_label::patient;
  default:
    return actor_label::guest;
  }
}

actor_gauge::actor_gauge(engine_metrics* metrics, actor_label kind) : metrics_(metrics), kind_(kind) {
  if (metrics_)
    metrics_->actors(kind_).add(1);
}

actor_gauge::~actor_gauge() {
  if (metrics_)
    metrics_->actors(kind_).add(-1);
}

} // namespace machiai
