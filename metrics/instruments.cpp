#include "metrics/instruments.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace machiai {

void counter_handle::add(uint64_t count) const {
  held_->Increment(static_cast<double>(count));
}

void gauge_handle::add(int64_t change) const {
  held_->Increment(static_cast<double>(change));
}

void gauge_handle::set(double value) const {
  held_->Set(value);
}

void histogram_handle::observe(double value) const {
  held_->Observe(value);
}

} // namespace machiai
