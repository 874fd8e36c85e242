#include "commands/clinic_log.hpp"
#include "commands/command.hpp"
#include "commands/store_option.hpp"
#include "config/error.hpp"
#include "store/hash_chain.hpp"
#include "store/verify.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

namespace machiai {

namespace {

struct verify_options {
  std::string store;
  std::string clinic;
  std::string heads;
};

using heads_by_clinic = std::map<clinic_id, history_head>;

/// One line of this command's own output: `sakura: ok 1234 9f86…`.
std::optional<std::pair<clinic_id, history_head>> read_head(const std::string& line) {
  std::istringstream words{line};
  std::string clinic;
  std::string ok;
  std::string hash;
  history_head head;
  if (!(words >> clinic >> ok >> head.seq >> hash) || !clinic.ends_with(':') || ok != "ok")
    return std::nullopt;
  clinic.pop_back();
  const auto bytes = digest_from_hex(hash);
  if (!bytes || !is_valid_id(clinic))
    return std::nullopt;
  head.hash = *bytes;
  return std::pair{clinic_id{clinic}, head};
}

/// At least one. `ec::not_found`, or `ec::malformed` naming the line.
caf::expected<heads_by_clinic> read_heads(const std::string& path) {
  std::ifstream file{path};
  if (!file)
    return make_error(ec::not_found, path + ": " + std::generic_category().message(errno));
  heads_by_clinic heads;
  std::string line;
  for (auto number = 1; std::getline(file, line); ++number) {
    auto head = read_head(line);
    if (!head)
      return make_error(ec::malformed,
                        path + ":" + std::to_string(number) + ": expected \"CLINIC: ok SEQ HASH\" as verify prints it");
    heads.insert(std::move(*head));
  }
  // Nothing to compare with must not pass for a comparison.
  if (heads.empty())
    return make_error(ec::malformed,
                      path + ": names no clinic; expected lines \"CLINIC: ok SEQ HASH\" as verify prints them");
  return heads;
}

/// Exit code of one clinic; the worst of all is the program's.
exit_code verify_one(event_store& store, const clinic_id& clinic, const heads_by_clinic& former_heads) {
  const auto former = former_heads.find(clinic);
  const auto verified =
      verify_clinic(store, clinic, former == former_heads.end() ? std::nullopt : std::optional{former->second});
  if (!verified) {
    fail(exit_code::store, "clinic " + clinic.value + ": " + message_of(verified.error()));
    return exit_code::store;
  }
  if (const auto& fault = verified->fault) {
    std::cout << clinic.value << ": seq " << fault->seq << ": " << fault->reason << std::endl;
    return exit_code::check_failed;
  }
  std::cout << clinic.value << ": ok " << verified->head.seq << ' ' << to_hex(verified->head.hash) << std::endl;
  return exit_code::ok;
}

int verify_clinics(event_store& store, const std::vector<clinic_id>& clinics, const heads_by_clinic& former_heads) {
  auto worst = exit_code::ok;
  for (const auto& clinic : clinics)
    worst = std::max(worst, verify_one(store, clinic, former_heads));
  return static_cast<int>(worst);
}

int verify_store(const verify_options& given) {
  if (!given.clinic.empty() && !is_valid_id(given.clinic))
    return fail(exit_code::usage, "--clinic: must be 1 to 64 of [A-Za-z0-9._-]");
  const auto former_heads =
      given.heads.empty() ? caf::expected<heads_by_clinic>{heads_by_clinic{}} : read_heads(given.heads);
  if (!former_heads)
    return fail(exit_code::usage, former_heads.error());
  const auto store = open_to_read(given.store);
  if (!store)
    return fail(exit_code::store, store.error());
  const auto stored = (*store)->clinics();
  if (!stored)
    return fail(exit_code::store, stored.error());
  if (!given.clinic.empty()) {
    const clinic_id wanted{given.clinic};
    if (!std::ranges::binary_search(*stored, wanted) && !former_heads->contains(wanted))
      return fail(exit_code::usage, "--clinic: there is no such clinic");
    return verify_clinics(**store, {wanted}, *former_heads);
  }
  // A clinic that is gone altogether is still in the list of former heads.
  std::set<clinic_id> all{stored->begin(), stored->end()};
  for (const auto& [clinic, head] : *former_heads)
    all.insert(clinic);
  return verify_clinics(**store, {all.begin(), all.end()}, *former_heads);
}

const registered_command registration{
    {80, "verify", "Checks the numbering and the hash chain of all clinics or one",
     [](CLI::App& app) -> command_action {
       auto options = std::make_shared<verify_options>();
       add_store_to_read(app, options->store);
       app.add_option("--clinic", options->clinic, "Only this clinic");
       app.add_option("--heads", options->heads,
                      "What an earlier run printed: each clinic's history must still contain what was its end then");
       return [options] { return verify_store(*options); };
     }}};

} // namespace

} // namespace machiai
