#include "gateway/api_route.hpp"

#include <array>

namespace machiai {

namespace {

struct row {
  std::string_view method;
  std::string_view path_template;
  command_kind kind;
  std::span<const std::string_view> parameters;
};

constexpr std::array<std::string_view, 1> usage_parameters{"month"};

constexpr std::array<std::string_view, 1> board_parameters{"at"};

constexpr std::array<row, 13> rows{{
    {"PUT", "/v1/clinics/{clinic}", command_kind::put_clinic, {}},
    {"PUT", "/v1/clinics/{clinic}/keys/{id}", command_kind::put_key, {}},
    {"DELETE", "/v1/clinics/{clinic}/keys/{id}", command_kind::revoke_key, {}},
    {"PUT", "/v1/clinics/{clinic}/revocations/{id}", command_kind::revoke_person, {}},
    {"PUT", "/v1/clinics/{clinic}/doctors/{id}", command_kind::put_doctor, {}},
    {"PUT", "/v1/clinics/{clinic}/patients/{id}", command_kind::put_patient, {}},
    {"PUT", "/v1/clinics/{clinic}/appointments/{id}", command_kind::put_appointment, {}},
    {"DELETE", "/v1/clinics/{clinic}/appointments/{id}", command_kind::cancel_appointment, {}},
    {"GET", "/v1/clinics/{clinic}/board", command_kind::get_board, board_parameters},
    {"GET", "/v1/clinics/{clinic}/visits", command_kind::get_visits, {}},
    {"GET", "/v1/clinics/{clinic}/usage", command_kind::get_usage, usage_parameters},
    {"POST", "/v1/invites/look", command_kind::get_invitation, {}},
    {"POST", "/v1/invites/redeem", command_kind::redeem_invite, {}},
}};

std::vector<std::string_view> elements_of(std::string_view path) {
  std::vector<std::string_view> result;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    result.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return result;
}

struct match {
  bool fits = false;
  bool bad_id = false;
  std::string_view clinic;
  std::string_view id;
};

match match_path(std::string_view path_template, const std::vector<std::string_view>& path) {
  const auto expected = elements_of(path_template);
  match result;
  if (expected.size() != path.size())
    return result;
  for (size_t i = 0; i < path.size(); ++i) {
    const auto is_parameter = expected[i].starts_with('{');
    if (!is_parameter && expected[i] != path[i])
      return result;
    if (is_parameter && !is_valid_id(path[i]))
      result.bad_id = true;
    if (expected[i] == "{clinic}")
      result.clinic = path[i];
    if (expected[i] == "{id}")
      result.id = path[i];
  }
  result.fits = true;
  return result;
}

} // namespace

std::variant<api_route, no_route> find_route(std::string_view method, std::string_view path) {
  no_route none;
  if (path.empty() || path.front() != '/')
    return none;
  const auto elements = elements_of(path);
  for (const auto& x : rows) {
    const auto found = match_path(x.path_template, elements);
    if (!found.fits)
      continue;
    none.path_template = x.path_template;
    none.bad_id = found.bad_id;
    // RFC 9110 section 9.3.2: HEAD is GET without the body, which the connection leaves out.
    if ((x.method == method || (method == "HEAD" && x.method == "GET")) && !found.bad_id)
      return api_route{x.kind, x.path_template, clinic_id{std::string(found.clinic)}, std::string(found.id),
                       x.parameters};
    none.allow += none.allow.empty() ? "" : ", ";
    none.allow += x.method == "GET" ? "GET, HEAD" : x.method;
  }
  return none;
}

bool is_api_path(std::string_view path) {
  return path == "/v1" || path.starts_with("/v1/");
}

std::vector<std::string> route_templates() {
  std::vector<std::string> result;
  for (const auto& x : rows)
    if (result.empty() || result.back() != x.path_template)
      result.emplace_back(x.path_template);
  result.emplace_back(pages_route);
  return result;
}

} // namespace machiai
