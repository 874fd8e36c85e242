#pragma once

#include <caf/error.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace machiai {

/// `ec::malformed` naming the first parameter of a request's target that is not among `known` or comes twice; nothing
/// when there is none. Names are compared as they were sent, so one in percent-encoding is unknown.
std::optional<caf::error> wrong_query(std::string_view target, std::span<const std::string_view> known);

/// Whether the parameter is there, with or without a value.
bool has_query(std::string_view target, std::string_view name);

/// The parameter's value, its percent-encoding undone; empty when it is missing.
std::string query_value(std::string_view target, std::string_view name);

} // namespace machiai
