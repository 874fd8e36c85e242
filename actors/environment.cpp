#include "actors/environment.hpp"

#include "metrics/engine_metrics.hpp"
#include "store/enum_words.hpp"

namespace machiai {

tariff environment::price() const {
  const auto& x = settings->billing;
  return {x.unit_ms, x.unit_yen, x.additional_yen, x.reconnect_window_ms,
          enum_of<additional_basis>(x.additional_basis).value()};
}

void environment::count_waiting(int64_t change) const {
  ready->waiting_rows += static_cast<uint64_t>(change);
  if (metrics)
    metrics->waiting_rows.add(change);
}

bool environment::store_answers() const {
  const auto asked_us = ready->store_asked_us.load();
  return asked_us == 0 || monotonic_us() - asked_us < int64_t{settings->store.silent_after_ms} * 1000;
}

bool environment::store_takes_commands() const {
  return ready->store_writes && store_answers() && ready->waiting_rows < settings->store.waiting_rows_max;
}

} // namespace machiai
