#pragma once

#include <string>

namespace CLI {
class App;
}

namespace machiai {

/// Adds the required option `--store` to a command that looks into a store beside the engine: any URL that `serve`
/// takes but `memory:`, which nobody else can see. `url` must live until the command has run.
void add_store_to_read(CLI::App& app, std::string& url);

} // namespace machiai
