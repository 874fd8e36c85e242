#include "commands/clinic_log.hpp"
#include "commands/command.hpp"
#include "config/error.hpp"
#include "store/verify.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace machiai {

namespace {

struct verify_options {
  std::string store;
  std::string clinic;
};

/// Exit code of one clinic; the worst of all is the program's.
exit_code verify_one(event_store& store, const clinic_id& clinic) {
  const auto fault = verify_clinic(store, clinic);
  if (!fault) {
    fail(exit_code::store, "clinic " + clinic.value + ": " + message_of(fault.error()));
    return exit_code::store;
  }
  if (*fault) {
    std::cout << clinic.value << ": seq " << (*fault)->seq << ": " << (*fault)->reason << std::endl;
    return exit_code::check_failed;
  }
  std::cout << clinic.value << ": ok" << std::endl;
  return exit_code::ok;
}

int verify_store(const verify_options& given) {
  if (!given.clinic.empty() && !is_valid_id(given.clinic))
    return fail(exit_code::usage, "--clinic: must be 1 to 64 of [A-Za-z0-9._-]");
  const auto store = open_to_read(given.store);
  if (!store)
    return fail(exit_code::store, store.error());
  auto clinics = (*store)->clinics();
  if (!clinics)
    return fail(exit_code::store, clinics.error());
  if (!given.clinic.empty()) {
    const clinic_id wanted{given.clinic};
    if (!std::ranges::binary_search(*clinics, wanted))
      return fail(exit_code::usage, "--clinic: the store knows no clinic " + given.clinic);
    clinics->assign(1, wanted);
  }
  auto worst = exit_code::ok;
  for (const auto& clinic : *clinics)
    worst = std::max(worst, verify_one(**store, clinic));
  return static_cast<int>(worst);
}

const registered_command registration{
    {80, "verify", "Checks the numbering and the hash chain of all clinics or one",
     [](CLI::App& app) -> command_action {
       auto options = std::make_shared<verify_options>();
       app.add_option("--store", options->store, "Store URL; it is only read")->required();
       app.add_option("--clinic", options->clinic, "Only this clinic");
       return [options] { return verify_store(*options); };
     }}};

} // namespace

} // namespace machiai
