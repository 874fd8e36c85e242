#pragma once

#include <variant>

#include "store/described.hpp"

namespace caf {

/// CAF 0.17 knows `caf::variant` only.
template <class Inspector, class... Ts>
typename Inspector::result_type inspect(Inspector& f, std::variant<Ts...>& x) {
  return machiai::inspect_variant(f, x);
}

} // namespace caf
