#include "commands/store_option.hpp"

#include "config/validate_settings.hpp"

#include <CLI/CLI.hpp>

namespace machiai {

namespace {

/// What is wrong, for CLI11, which names the option.
std::string problem_of(const std::string& url) {
  if (url == "memory:")
    return "memory: is gone with its engine and cannot be read by another process";
  return store_url_problem(url);
}

} // namespace

void add_store_to_read(CLI::App& app, std::string& url) {
  app.add_option("--store", url, "Store URL; it is only read")->required()->check(problem_of);
}

} // namespace machiai
