#pragma once

#include "metrics/labels.hpp"

#include <array>
#include <cstdint>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

/// Handles to prometheus-cpp's instruments, looked up once at start. Cheap to copy, usable from any thread, valid as
/// long as the engine_metrics they came from.
namespace machiai {

class counter_handle {
public:
  counter_handle() = default;
  explicit counter_handle(prometheus::Counter& held) : held_(&held) {}
  void add(uint64_t count = 1) const;

private:
  prometheus::Counter* held_ = nullptr;
};

class gauge_handle {
public:
  gauge_handle() = default;
  explicit gauge_handle(prometheus::Gauge& held) : held_(&held) {}
  void add(int64_t change = 1) const;
  void set(double value) const;

private:
  prometheus::Gauge* held_ = nullptr;
};

class histogram_handle {
public:
  histogram_handle() = default;
  explicit histogram_handle(prometheus::Histogram& held) : held_(&held) {}
  /// In the metric's unit: seconds for durations.
  void observe(double value) const;

private:
  prometheus::Histogram* held_ = nullptr;
};

/// One instrument for each value of a label.
template <class Label, class Handle>
class per_label {
public:
  const Handle& operator()(Label label) const { return handles_.at(static_cast<size_t>(label)); }
  Handle& operator[](size_t index) { return handles_.at(index); }
  static constexpr size_t size() { return label_count<Label>; }

private:
  std::array<Handle, label_count<Label>> handles_{};
};

/// One instrument for each pair of two labels' values.
template <class First, class Second, class Handle>
class per_pair {
public:
  const Handle& operator()(First first, Second second) const {
    return handles_.at(static_cast<size_t>(first) * label_count<Second> + static_cast<size_t>(second));
  }
  Handle& operator[](size_t index) { return handles_.at(index); }
  static constexpr size_t size() { return label_count<First> * label_count<Second>; }

private:
  std::array<Handle, label_count<First> * label_count<Second>> handles_{};
};

} // namespace machiai
