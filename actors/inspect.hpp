#pragma once

#include "store/described.hpp"

#include <variant>

namespace caf {

/// CAF 0.17 knows `caf::variant` only.
template <class Inspector, class... Ts>
typename Inspector::result_type inspect(Inspector& f, std::variant<Ts...>& x) {
  return machiai::inspect_variant(f, x);
}

} // namespace caf
