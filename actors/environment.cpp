#include "actors/environment.hpp"

namespace machiai {

tariff environment::price() const {
  const auto& x = settings->billing;
  return {x.unit_ms, x.unit_yen, x.additional_yen, x.reconnect_window_ms};
}

} // namespace machiai
