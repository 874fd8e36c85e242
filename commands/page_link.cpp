#include "commands/page_link.hpp"

namespace machiai {

std::optional<std::string> page_link(const server_address& server, role who, const clinic_id& clinic,
                                     const std::string& token) {
  switch (who) {
  case role::staff:
  case role::doctor:
    return http_url_of(server) + "/console#token=" + token;
  case role::patient:
    return http_url_of(server) + "/p/" + clinic.value + "#token=" + token;
  default:
    return std::nullopt;
  }
}

} // namespace machiai
