#pragma once

#include "actors/model/clinic_state.hpp"
#include "metrics/labels.hpp"
#include "metrics/state_labels.hpp"

#include <cstdint>

namespace machiai {

class engine_metrics;

/// How many people one or more rooms hold, by what the metrics tell apart.
struct board_counts {
  int64_t waiting = 0;
  int64_t in_room = 0;
  int64_t unstable = 0;
  int64_t in_consultation = 0;

  board_counts& operator+=(const board_counts& x);
  friend board_counts operator-(const board_counts& a, const board_counts& b);
};

board_counts counts_of(const room_state& room);

/// One clinic's share in the gauges of present people and running consultations. Takes its share back when it ends, so
/// the gauges are sums over the clinics that are awake. Without metrics it does nothing.
class board_gauges {
public:
  explicit board_gauges(engine_metrics* metrics) : metrics_(metrics) {}
  ~board_gauges() { set({}); }
  board_gauges(const board_gauges&) = delete;
  board_gauges& operator=(const board_gauges&) = delete;

  void start(const clinic_state& state);
  /// A room's counts changed.
  void change(const board_counts& before, const board_counts& after);

private:
  void set(const board_counts& share);

  engine_metrics* metrics_;
  board_counts share_;
};

/// The kind of a person's actor.
actor_label label_of(party which);

/// Counts an actor as awake as long as this lives.
class actor_gauge {
public:
  actor_gauge(engine_metrics* metrics, actor_label kind);
  ~actor_gauge();
  actor_gauge(const actor_gauge&) = delete;
  actor_gauge& operator=(const actor_gauge&) = delete;

private:
  engine_metrics* metrics_;
  actor_label kind_;
};

} // namespace machiai
