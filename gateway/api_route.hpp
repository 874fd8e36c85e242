#pragma once

#include "gateway/command_kind.hpp"
#include "store/ids.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace machiai {

/// A request's path and method, understood. `id` is the last path element: key, doctor, patient, appointment.
struct api_route {
  command_kind kind = command_kind::get_board;
  /// `/v1/clinics/{clinic}/…`, for metrics and errors.
  std::string_view path_template;
  clinic_id clinic;
  std::string id;
  /// The names its query may have.
  std::span<const std::string_view> parameters;
};

/// Why a path and method are no route.
struct no_route {
  /// Methods the path knows; empty when there is no such path.
  std::string allow;
  std::string_view path_template = "other";
  /// The path names an id that no id can be.
  bool bad_id = false;
};

std::variant<api_route, no_route> find_route(std::string_view method, std::string_view path);

/// Whether a path belongs to the API, known or not; what does not may be a page.
bool is_api_path(std::string_view path);

/// What all pages and their files together are called in metrics.
inline constexpr std::string_view pages_route = "pages";

/// The templates of all routes, and `pages_route`.
std::vector<std::string> route_templates();

} // namespace machiai
