#pragma once

#include "commands/client/http_client.hpp"
#include "store/timestamp.hpp"

#include <caf/expected.hpp>

#include <string>
#include <vector>

namespace machiai {

/// An appointment of the demo clinic, for the one who shows it.
struct demo_visit {
  std::string room;
  std::string patient;
  std::string name;
  std::string doctor;
  timestamp starts_at;
};

inline constexpr const char* demo_clinic_id = "demo";
inline constexpr const char* demo_clinic_name = "まちあいクリニック";

/// The two doctors' ids.
std::vector<std::string> demo_doctors();

/// Puts the clinic, its doctors, patients and a dozen appointments, one every quarter of an hour from three quarters
/// before `now`. Ids come from the appointments' times, so running it again soon changes nothing, and later adds what
/// has come around since. Error: `ec::system_failure` naming the request and its answer.
caf::expected<std::vector<demo_visit>> put_demo_clinic(http_client& http, const std::string& operator_token,
                                                       timestamp now);

/// Of the visits just put, the one whose quarter of an hour it was.
const demo_visit& demo_visit_due(const std::vector<demo_visit>& visits);

} // namespace machiai
